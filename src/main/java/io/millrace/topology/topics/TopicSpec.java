package io.millrace.topology.topics;

import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.topology.RecordSizes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The required properties of a topic of the learner.
 *
 * @param name its name
 * @param partitions the number of partitions if Millrace creates it
 * @param largestRecord the largest record that it must accept, in bytes; 0 if unknown
 * @param room the largest record that it accepts if Millrace creates it, in bytes
 * @param config its other settings if Millrace creates it
 */
record TopicSpec(
    String name, int partitions, long largestRecord, long room, Map<String, String> config) {
  private static final String FOREVER = "-1";

  /**
   * Records are kept for ever: an example or a mini-batch that expires before it is learned is
   * lost, and an event with an old timestamp expires at once.
   */
  private static final Map<String, String> KEPT =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.CLEANUP_POLICY_DELETE,
          TopicConfig.RETENTION_MS_CONFIG,
          FOREVER,
          TopicConfig.RETENTION_BYTES_CONFIG,
          FOREVER);

  private static final Map<String, String> COMPACTED =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.CLEANUP_POLICY_COMPACT,
          TopicConfig.SEGMENT_BYTES_CONFIG,
          Integer.toString(16 * 1024 * 1024),
          TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
          "0.1");

  private static TopicSpec kept(String name, int partitions, long largestRecord) {
    return new TopicSpec(name, partitions, largestRecord, largestRecord, KEPT);
  }

  /** A topic of events or labels, which other programs write. */
  static TopicSpec ofInput(String name, int partitions) {
    return kept(name, partitions, 0);
  }

  static TopicSpec ofExamples(MillraceConfig config) {
    long room =
        config.example().labels().isPresent() ? RecordSizes.ofJoinedExample(config.model()) : 0;
    TopicsConfig topics = config.topics();
    return new TopicSpec(topics.examples(), topics.partitions(), 0, room, KEPT);
  }

  /**
   * All topics of a configuration.
   *
   * @param largestExample the largest record that the examples topic accepts, in bytes
   */
  static List<TopicSpec> all(MillraceConfig config, long largestExample) {
    TopicsConfig topics = config.topics();
    RecordSizes sizes = RecordSizes.of(config);
    List<TopicSpec> specs = new ArrayList<>();
    topics
        .events()
        .ifPresent(
            events -> {
              specs.add(ofInput(events, topics.partitions()));
              specs.add(ofPredictions(config, largestExample));
            });
    specs.add(ofExamples(config));
    // A rollback writes a snapshot to the log.
    long room = Math.max(sizes.miniBatch(), sizes.snapshot());
    specs.add(new TopicSpec(topics.miniBatches(), 1, sizes.miniBatch(), room, KEPT));
    specs.add(kept(topics.costs(), 1, 0));
    specs.add(new TopicSpec(topics.snapshots(), 1, sizes.snapshot(), sizes.snapshot(), COMPACTED));
    specs.add(kept(topics.deadLetters(), 1, sizes.deadLetter(largestExample)));
    return specs;
  }

  private static TopicSpec ofPredictions(MillraceConfig config, long largestExample) {
    long prediction = RecordSizes.ofPrediction(config.model());
    long event = config.predictions().includeEvent() ? largestExample : 0;
    TopicsConfig topics = config.topics();
    return new TopicSpec(
        topics.predictions(), topics.partitions(), prediction, prediction + event, KEPT);
  }

  NewTopic newTopic(int replicationFactor) {
    Map<String, String> settings = new HashMap<>(config);
    if (room > RecordSizes.BROKER_DEFAULT) {
      settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.toString(room));
    }
    return new NewTopic(name, Optional.of(partitions), Optional.of((short) replicationFactor))
        .configs(settings);
  }
}
