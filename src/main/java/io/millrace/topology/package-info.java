/** The Kafka Streams topology, its processors and the live state that they keep. */
@NullMarked
package io.millrace.topology;

import org.jspecify.annotations.NullMarked;
