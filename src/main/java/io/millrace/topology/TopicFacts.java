package io.millrace.topology;

import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * What Kafka says of the topics of a learner.
 *
 * @param examples the identity of the examples topic: a topic that is deleted and created again has
 *     another one, and its offsets start again
 * @param miniBatches the identity of the training log
 * @param largestDeadLetter the largest record that the dead-letters topic takes, in bytes
 * @param predictionTimes the times of records that the predictions topic takes
 * @param joined where labels come later than their events
 * @param progress what Kafka knows of the application's progress
 */
public record TopicFacts(
    Uuid examples,
    Uuid miniBatches,
    int largestDeadLetter,
    AcceptedTimes predictionTimes,
    Optional<Joined> joined,
    KafkaProgress progress) {

  /** The facts of an application that has read nothing yet. */
  public TopicFacts(
      Uuid examples,
      Uuid miniBatches,
      int largestDeadLetter,
      AcceptedTimes predictionTimes,
      Optional<Joined> joined) {
    this(
        examples, miniBatches, largestDeadLetter, predictionTimes, joined, KafkaProgress.NONE);
  }

  /** The same facts, of an application that may have run before. */
  public TopicFacts with(KafkaProgress progress) {
    return new TopicFacts(
        examples, miniBatches, largestDeadLetter, predictionTimes, joined, progress);
  }

  /**
   * Of the topics that are joined, and of what comes of it.
   *
   * @param events the identity of the events topic
   * @param labels the identity of the labels topic
   * @param largestExample the largest record that the examples topic takes, in bytes
   * @param exampleTimes the times of records that the examples topic takes
   * @param waitingTimes the times of records that the topics of the join's state take
   */
  public record Joined(
      Uuid events,
      Uuid labels,
      int largestExample,
      AcceptedTimes exampleTimes,
      AcceptedTimes waitingTimes) {}
}
