package io.millrace.topology;

import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.config.TopicConfig;

/** Checks whether the topics that exist can serve the learner. */
final class TopicCheck {
  private final TopicsConfig topics;
  private final TopicDescriptions existing;

  TopicCheck(MillraceConfig config, TopicDescriptions existing) {
    this.topics = config.topics();
    this.existing = existing;
  }

  /**
   * Checks all topics.
   *
   * @throws LearnerException when a topic cannot serve
   */
  void check(List<TopicSpec> specs) {
    for (TopicSpec spec : specs) {
      // A dead letter that does not fit goes without its value; it must not stop the stream.
      if (!spec.name().equals(topics.deadLetters())) {
        checkLargestRecord(spec);
      }
    }
    checkLog(topics.miniBatches());
  }

  private void checkLargestRecord(TopicSpec spec) {
    int limit = existing.maxMessageBytes(spec.name());
    if (spec.largestRecord() > limit) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s takes records of up to %d bytes, this configuration can produce %d. Raise its"
                  + " max.message.bytes, or choose a smaller model or mini-batch.",
              spec.name(),
              limit,
              spec.largestRecord()));
    }
  }

  private void checkLog(String name) {
    int partitions = existing.partitions(name);
    if (partitions != 1) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s has %d partitions; the training log (topics.miniBatches) is one total order"
                  + " and must have 1. Name another topic.",
              name,
              partitions));
    }
    String policy = existing.setting(name, TopicConfig.CLEANUP_POLICY_CONFIG);
    if (policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s has cleanup.policy=%s, which would delete mini-batches that are not learned"
                  + " yet; the training log (topics.miniBatches) needs \"delete\".",
              name,
              policy));
    }
  }
}
