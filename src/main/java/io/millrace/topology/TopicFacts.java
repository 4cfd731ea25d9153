package io.millrace.topology;

import org.apache.kafka.common.Uuid;

/**
 * What Kafka says of the topics of a learner.
 *
 * @param examples the identity of the examples topic: a topic that is deleted and created again has
 *     another one, and its offsets start again
 * @param miniBatches the identity of the training log
 * @param largestDeadLetter the largest record that the dead-letters topic takes, in bytes
 */
public record TopicFacts(Uuid examples, Uuid miniBatches, int largestDeadLetter) {}
