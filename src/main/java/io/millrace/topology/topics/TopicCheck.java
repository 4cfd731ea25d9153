package io.millrace.topology.topics;

import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.topology.LearnerException;
import io.millrace.topology.LiveStore;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether the topics that exist can serve the learner. A setting that loses what the learner
 * needs, or stops it later, is refused; a setting that may lose something is reported in one line.
 */
final class TopicCheck {
  private static final Logger LOG = LoggerFactory.getLogger(TopicCheck.class);

  /** With less, a learner that pauses briefly loses records. */
  private static final Duration SHORT = Duration.ofHours(1);

  private final MillraceConfig config;
  private final TopicsConfig topics;
  private final TopicDescriptions existing;

  TopicCheck(MillraceConfig config, TopicDescriptions existing) {
    this.config = config;
    this.topics = config.topics();
    this.existing = existing;
  }

  /**
   * Checks the topics that the configuration names.
   *
   * @throws LearnerException when a topic cannot serve
   */
  void check(List<TopicSpec> specs) {
    for (TopicSpec spec : specs) {
      // A dead letter that is too large loses its value. It must not stop the stream.
      if (!spec.name().equals(topics.deadLetters())) {
        checkLargestRecord(spec);
      }
    }
    checkLog(topics.miniBatches());
    checkDeadLetters(topics.deadLetters());
    Stream.concat(
            Stream.of(topics.examples()),
            Stream.concat(
                topics.events().stream(),
                config.example().labels().map(labels -> labels.topic()).stream()))
        .forEach(this::reportInput);
    reportSnapshots(topics.snapshots());
    reportCompaction(topics.costs(), "only the newest cost of a model is kept");
    if (topics.events().isPresent()) {
      reportCompaction(
          topics.predictions(),
          "Kafka refuses the prediction of an event without a key, which stops the learner");
    }
  }

  private void checkLargestRecord(TopicSpec spec) {
    int limit = existing.maxMessageBytes(spec.name());
    if (spec.largestRecord() > limit) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s accepts records of up to %d bytes, but this configuration can produce %d. Raise its"
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
              "Topic %s has %d partitions, but the training log (topics.miniBatches) must have"
                  + " exactly 1. Name another topic.",
              name,
              partitions));
    }
    if (isCompacted(name)) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s has cleanup.policy=%s, which would delete mini-batches before they are"
                  + " learned. The training log (topics.miniBatches) needs \"delete\".",
              name,
              policy(name)));
    }
    if (expires(name)) {
      LOG.warn(
          "Topic {} (topics.miniBatches) has {}: a mini-batch that expires before it is learned"
              + " stops the learner, and replay needs the whole log. Set both to -1 to keep it.",
          name,
          retention(name));
    }
  }

  private void checkDeadLetters(String name) {
    if (isCompacted(name)) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s has cleanup.policy=%s: Kafka refuses records without a key there, and the"
                  + " first dead letter without one would stop the learner. Set it to \"delete\".",
              name,
              policy(name)));
    }
  }

  /**
   * Checks a topic that keeps the state.
   *
   * @throws LearnerException when it would lose the state
   */
  void checkChangelog(String name, TopicDescriptions changelogs) {
    String policy = changelogs.setting(name, TopicConfig.CLEANUP_POLICY_CONFIG);
    if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s keeps the state of application %s and has cleanup.policy=%s, which would"
                  + " delete the state. Set it to \"compact\".",
              name,
              config.application(),
              policy));
    }
    int limit = changelogs.maxMessageBytes(name);
    if (limit < LiveStore.LARGEST_RECORD) {
      LOG.warn(
          "Topic {} accepts records of up to {} bytes (max.message.bytes), but the state needs"
              + " records of up to {} bytes. A record that is too large stops the learner",
          name,
          limit,
          LiveStore.LARGEST_RECORD);
    }
  }

  private void reportInput(String name) {
    reportCompaction(name, "a record can be removed before it is read");
    String millis = existing.setting(name, TopicConfig.RETENTION_MS_CONFIG);
    if (isDeleted(name) && !isForever(millis) && Long.parseLong(millis) < SHORT.toMillis()) {
      LOG.warn(
          "Topic {} has {}: records that expire before they are read are lost",
          name,
          retention(name));
    }
  }

  private void reportSnapshots(String name) {
    if (!isCompacted(name)) {
      LOG.warn(
          "Topic {} (topics.snapshots) has cleanup.policy={}: it keeps every snapshot, until they expire and"
              + " none is left. Set it to \"compact\".",
          name,
          policy(name));
    } else if (expires(name)) {
      LOG.warn(
          "Topic {} (topics.snapshots) has cleanup.policy={} and {}: the newest snapshot expires"
              + " if nothing is learned for that long. Set cleanup.policy to \"compact\".",
          name,
          policy(name),
          retention(name));
    }
  }

  private void reportCompaction(String name, String effect) {
    if (isCompacted(name)) {
      LOG.warn("Topic {} has cleanup.policy={}: {}", name, policy(name), effect);
    }
  }

  private String policy(String name) {
    return Objects.requireNonNull(existing.setting(name, TopicConfig.CLEANUP_POLICY_CONFIG));
  }

  private boolean isCompacted(String name) {
    return policy(name).contains(TopicConfig.CLEANUP_POLICY_COMPACT);
  }

  private boolean isDeleted(String name) {
    return policy(name).contains(TopicConfig.CLEANUP_POLICY_DELETE);
  }

  private boolean expires(String name) {
    return isDeleted(name)
        && !(isForever(existing.setting(name, TopicConfig.RETENTION_MS_CONFIG))
            && isForever(existing.setting(name, TopicConfig.RETENTION_BYTES_CONFIG)));
  }

  private static boolean isForever(String retention) {
    return retention.equals("-1");
  }

  private String retention(String name) {
    return String.format(
        Locale.ROOT,
        "retention.ms=%s and retention.bytes=%s",
        existing.setting(name, TopicConfig.RETENTION_MS_CONFIG),
        existing.setting(name, TopicConfig.RETENTION_BYTES_CONFIG));
  }
}
