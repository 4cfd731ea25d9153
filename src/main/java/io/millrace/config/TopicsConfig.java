package io.millrace.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The topics, distinct and legal names.
 *
 * @param events without a label, to be predicted; empty: none are
 * @param predictions of the events
 * @param partitions of the examples topic when it is created, at least 1
 * @param replicationFactor of every topic when it is created, at least 1, or -1 for the broker's
 *     default
 */
public record TopicsConfig(
    String examples,
    String miniBatches,
    String costs,
    String snapshots,
    String deadLetters,
    Optional<String> events,
    String predictions,
    int partitions,
    int replicationFactor) {

  /** The names in use. */
  public List<String> all() {
    List<String> names =
        new ArrayList<>(List.of(examples, miniBatches, costs, snapshots, deadLetters));
    if (events.isPresent()) {
      names.add(events.get());
      names.add(predictions);
    }
    return names;
  }

  /** Kafka refuses a topic that differs from another only in '.' and '_'. */
  public static boolean areTheSame(String topic, String other) {
    return topic.replace('.', '_').equals(other.replace('.', '_'));
  }
}
