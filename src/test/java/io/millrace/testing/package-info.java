/**
 * What the tests share. {@link io.millrace.testing.WithKafka} gives a test a real Kafka and a
 * client for its topics.
 */
@NullMarked
package io.millrace.testing;

import org.jspecify.annotations.NullMarked;
