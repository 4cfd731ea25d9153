package io.millrace.topology.topics;

import io.millrace.config.MillraceConfig;
import io.millrace.topology.LearnerException;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.StreamsSettings;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of the changelog topics: as many as the source topic of their tasks has. Kafka
 * Streams refuses to start if they differ, and recommends a tool that deletes the state.
 */
final class ChangelogPartitions {
  private static final Logger LOG = LoggerFactory.getLogger(ChangelogPartitions.class);
  private static final String CHANGELOG = "-changelog";

  private final MillraceConfig config;
  private final Admin admin;

  ChangelogPartitions(MillraceConfig config, Admin admin) {
    this.config = config;
    this.admin = admin;
  }

  /** Whether a topic keeps what waits to be joined, by Kafka Streams' naming. */
  static boolean isOfPredictions(String topic, MillraceConfig config) {
    return topic.startsWith(StreamsSettings.predictions(config) + "-") && topic.endsWith(CHANGELOG);
  }

  /**
   * Checks the changelogs, or adds the partitions that were added to their source topic.
   *
   * @param accept whether new partitions are accepted
   * @throws LearnerException when they differ and are not accepted
   */
  void ensure(Set<String> existingTopics, TopicDescriptions sources, boolean accept) {
    Map<String, String> sourceOf = new TreeMap<>();
    String partial = LearnerTopology.ingestChangelog(config);
    String model = LearnerTopology.modelChangelog(config);
    boolean isJoined = config.example().labels().isPresent();
    for (String topic : existingTopics) {
      if (topic.equals(partial)) {
        sourceOf.put(topic, config.topics().examples());
      } else if (topic.equals(model)) {
        sourceOf.put(topic, config.topics().miniBatches());
      } else if (isJoined && isOfPredictions(topic, config)) {
        sourceOf.put(topic, config.topics().events().orElseThrow());
      }
    }
    Map<String, TopicDescription> changelogs =
        KafkaAnswers.get(admin.describeTopics(sourceOf.keySet()).allTopicNames());
    sourceOf.forEach(
        (changelog, source) ->
            ensure(
                changelog,
                Objects.requireNonNull(changelogs.get(changelog)).partitions().size(),
                source,
                sources.partitions(source),
                accept));
  }

  private void ensure(
      String changelog, int inChangelog, String source, int inSource, boolean accept) {
    if (inChangelog > inSource) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s has %d partitions, but topic %s has the state of application %s for %d."
                  + " If the first topic was deleted and created again: create it again with %d."
                  + " If the second topic was created by hand: restore it from a backup, with %d."
                  + " Or start over: run reset, or choose another application.",
              source,
              inSource,
              changelog,
              config.application(),
              inChangelog,
              inChangelog,
              inSource));
    }
    if (inChangelog == inSource) {
      return;
    }
    if (!accept) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s now has %d partitions, and application %s has learned from %d of them. Start"
                  + " it once with run --accept-new-partitions to learn from all of them. It keeps"
                  + " everything that it has learned.",
              source,
              inSource,
              config.application(),
              inChangelog));
    }
    KafkaAnswers.get(
        admin.createPartitions(Map.of(changelog, NewPartitions.increaseTo(inSource))).all());
    LOG.warn(
        "Topic {} has {} partitions now, {} before; the state in topic {} has room for all of"
            + " them",
        source,
        inSource,
        inChangelog,
        changelog);
  }
}
