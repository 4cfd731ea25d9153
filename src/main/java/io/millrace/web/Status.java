package io.millrace.web;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The status of the learner at one moment. The components are the fields of the JSON.
 *
 * @param state of Kafka Streams, or STARTING before there is one
 * @param ready whether it learns: the streams run, the state is restored and Kafka answers
 * @param silent whether Kafka does not answer
 * @param learned the examples in the model
 * @param lag the examples that are not learned yet, wherever they wait; -1 while unknown
 * @param batchLag the mini-batches that are not learned yet; -1 while unknown
 * @param behindTransaction those of lag that cannot be read before an open transaction ends; -1
 *     while unknown
 * @param snapshot the newest published one that fits; null before there is one
 * @param snapshotRefused why the newest one on the topic is not used; null where it is
 * @param drifts the newest changes that were detected, oldest first
 * @param firstBatch the mini-batch that the history begins with; 0 before there is one
 * @param version of Millrace
 * @param startedAt when this process started, ISO-8601
 */
public record Status(
    String application,
    String model,
    Map<String, String> topics,
    String state,
    boolean ready,
    boolean silent,
    double examplesPerSecond,
    long learned,
    long lag,
    long batchLag,
    long behindTransaction,
    DeadLetters deadLetters,
    long modelVersion,
    @Nullable Published snapshot,
    @Nullable String snapshotRefused,
    int inputs,
    int hidden,
    int outputs,
    String output,
    String scaling,
    List<Drift> drifts,
    long firstBatch,
    String version,
    String startedAt) {

  /**
   * The dead-letters topic: of all applications that use it.
   *
   * @param total as far back as was read
   * @param complete whether all that the topic has were read
   * @param byReason the number for each reason that occurred
   * @param newest the newest few, newest first
   */
  public record DeadLetters(
      long total, boolean complete, Map<String, Long> byReason, List<DeadLetter> newest) {}

  /**
   * A dead letter: the reason, and the position of its record.
   *
   * @param timestamp of the letter, ISO-8601
   */
  public record DeadLetter(
      String reason, String detail, String topic, int partition, long offset, String timestamp) {}

  /** The newest published model. */
  public record Published(long version, long ageMillis) {}

  /** A change in the stream that was detected in a mini-batch. */
  public record Drift(long batch, String timestamp) {}
}
