package io.millrace.topology;

import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * Facts about the topics of a learner, from Kafka.
 *
 * @param examples the identity of the examples topic: a topic that is deleted and created again has
 *     another one, and its offsets start again
 * @param miniBatches the identity of the training log
 * @param largestDeadLetter the largest record that the dead-letters topic accepts, in bytes
 * @param predictionTimes the timestamps that the predictions topic accepts
 * @param joined present if labels come later than their events
 * @param progress the progress of the application, from Kafka
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
    this(examples, miniBatches, largestDeadLetter, predictionTimes, joined, KafkaProgress.NONE);
  }

  /** The same facts, of an application that may have run before. */
  public TopicFacts with(KafkaProgress progress) {
    return new TopicFacts(
        examples, miniBatches, largestDeadLetter, predictionTimes, joined, progress);
  }

  /**
   * Facts about the joined topics and their result.
   *
   * @param events the identity of the events topic
   * @param labels the identity of the labels topic
   * @param largestExample the largest record that the examples topic accepts, in bytes
   * @param exampleTimes the timestamps that the examples topic accepts
   * @param waitingTimes the timestamps that the topics of the join's state accept
   */
  public record Joined(
      Uuid events,
      Uuid labels,
      int largestExample,
      AcceptedTimes exampleTimes,
      AcceptedTimes waitingTimes) {}
}
