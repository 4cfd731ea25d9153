/**
 * In: what the learner does and how the process is. Out: Prometheus text.
 *
 * <p>{@link Telemetry} is the way in: it owns the registry. {@link LearnerMeters} counts what is
 * learned, {@link ModelGauges} shows the newest cost record, {@link MeterSelection} chooses which
 * of Kafka's own meters are exported.
 */
@NullMarked
package io.millrace.telemetry;

import org.jspecify.annotations.NullMarked;
