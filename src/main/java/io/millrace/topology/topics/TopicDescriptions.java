package io.millrace.topology.topics;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** The identities, partitions and settings of existing topics. */
final class TopicDescriptions {
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
        KafkaAnswers.settled(() -> KafkaAnswers.get(admin.describeConfigs(resources).all()));
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
}
