/**
 * The embedded Kafka: a real single-node broker inside this process, for trying things out and for
 * tests. {@link io.millrace.broker.EmbeddedBroker} is the way in.
 *
 * <p>Kafka offers no public API for this. The internal classes of its server are called from {@code
 * KafkaNode} alone, and every Kafka artifact is pinned to one version.
 */
@NullMarked
package io.millrace.broker;

import org.jspecify.annotations.NullMarked;
