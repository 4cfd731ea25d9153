/**
 * In: the configuration, and what Kafka has. Out: every topic that the learner needs, created or
 * checked, and what Kafka says of them ({@link io.millrace.topology.TopicFacts}).
 *
 * <p>{@link Topics} is the way in: {@link TopicSpec} says what is wanted, {@link TopicCreation}
 * creates what is missing, {@link TopicCheck} refuses what cannot work, and {@link
 * ChangelogPartitions} follows partitions that were added.
 */
@NullMarked
package io.millrace.topology.topics;

import org.jspecify.annotations.NullMarked;
