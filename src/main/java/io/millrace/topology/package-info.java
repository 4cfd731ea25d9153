/**
 * In: the examples topic. Out: mini-batches, costs, snapshots and dead letters, exactly once.
 *
 * <p>{@link LearnerTopology} is the way in and draws the picture. {@link IngestProcessor} stacks
 * examples, {@link TrainProcessor} learns mini-batches, {@link LiveStore} writes their state when
 * Kafka Streams commits. The package {@code topics} creates and checks the topics. Predictions, and
 * labels that come later, are in {@code topology.predict}.
 */
@NullMarked
package io.millrace.topology;

import org.jspecify.annotations.NullMarked;
