package io.millrace.topology.topics;

import io.millrace.topology.AcceptedTimes;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/** The identities, partitions and settings of existing topics. */
final class TopicDescriptions {
  private static final String APPEND_TIME = "LogAppendTime";

  private static final DescribeConfigsOptions WITH_DEFAULTS =
      new DescribeConfigsOptions().includeSynonyms(true);

  /** Before Kafka 3.6 the one limit in both directions, and until 4.0 another name of both. */
  private static final String DIFFERENCE = "message.timestamp.difference.max.ms";

  private final Map<String, TopicDescription> topics;
  private final Map<ConfigResource, Config> configs;

  private TopicDescriptions(
      Map<String, TopicDescription> topics, Map<ConfigResource, Config> configs) {
    this.topics = topics;
    this.configs = configs;
  }

  /** Asks Kafka. The topics must exist. */
  static TopicDescriptions of(Admin admin, Collection<String> names) {
    Map<String, TopicDescription> topics =
        KafkaAnswers.settled(() -> KafkaAnswers.get(admin.describeTopics(names).allTopicNames()));
    List<ConfigResource> resources = names.stream().map(TopicDescriptions::resource).toList();
    Map<ConfigResource, Config> configs =
        KafkaAnswers.settled(
            () -> KafkaAnswers.get(admin.describeConfigs(resources, WITH_DEFAULTS).all()));
    return new TopicDescriptions(topics, configs);
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  private static <K, V> V of(K key, Map<K, V> known) {
    return Objects.requireNonNull(known.get(key), key::toString);
  }

  Uuid identity(String topic) {
    return of(topic, topics).topicId();
  }

  int partitions(String topic) {
    return of(topic, topics).partitions().size();
  }

  /** The value of a setting of a topic, which may be the broker's default. */
  String setting(String topic, String key) {
    return of(resource(topic), configs).get(key).value();
  }

  int maxMessageBytes(String topic) {
    return Integer.parseInt(setting(topic, TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
  }

  /** The times of records that a topic accepts. */
  AcceptedTimes acceptedTimes(String topic) {
    return acceptedTimes(topic, topic, ConfigEntry::value);
  }

  /**
   * The times of records that a topic accepts which Kafka Streams creates.
   *
   * @param name of what is created
   * @param topic another topic: what is set for it alone does not count
   */
  AcceptedTimes defaultTimes(String name, String topic) {
    return acceptedTimes(name, topic, TopicDescriptions::defaultValue);
  }

  private AcceptedTimes acceptedTimes(
      String name, String topic, Function<ConfigEntry, @Nullable String> value) {
    Config config = of(resource(topic), configs);
    ConfigEntry type = config.get(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG);
    if (type != null && APPEND_TIME.equals(value.apply(type))) {
      return AcceptedTimes.any(name); // the broker writes times of its own
    }
    return new AcceptedTimes(
        name,
        limit(config, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, value),
        limit(config, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, value));
  }

  private static long limit(
      Config config, String key, Function<ConfigEntry, @Nullable String> value) {
    return Stream.of(key, DIFFERENCE)
        .map(config::get)
        .filter(Objects::nonNull)
        .map(value)
        .filter(Objects::nonNull)
        .mapToLong(Long::parseLong)
        .min()
        .orElse(AcceptedTimes.UNLIMITED);
  }

  /** The broker's: what is set for the topic comes before it. */
  private static @Nullable String defaultValue(ConfigEntry entry) {
    return entry.synonyms().stream()
        .filter(each -> each.source() != ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
        .findFirst()
        .map(ConfigEntry.ConfigSynonym::value)
        .orElse(entry.value());
  }
}
