package io.millrace.topology;

import io.millrace.config.ConfigException;
import io.millrace.config.Fault;
import io.millrace.config.MillraceConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Checks of a configuration as a whole, without a connection to Kafka: records that are too large,
 * and properties that Kafka's clients refuse.
 */
public final class Preflight {
  private static final Pattern PROPERTY = Pattern.compile("\\bconfiguration ([\\w.]+)");

  private Preflight() {}

  /**
   * Checks a configuration before it is used.
   *
   * @throws ConfigException naming the key
   */
  public static void check(MillraceConfig config) throws ConfigException {
    try {
      RecordSizes.of(config);
    } catch (LearnerException e) {
      throw refused("model", e);
    }
    try {
      Map<String, Object> settings = new HashMap<>();
      StreamsSettings.of(config).forEach((name, value) -> settings.put(name.toString(), value));
      new StreamsConfig(settings);
      settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
      settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
      settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
      settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
      new ProducerConfig(settings);
      new ConsumerConfig(settings);
      new AdminClientConfig(settings);
    } catch (org.apache.kafka.common.config.ConfigException e) {
      Matcher property = PROPERTY.matcher(String.valueOf(e.getMessage()));
      throw refused(property.find() ? "kafka." + property.group(1) : "kafka", e);
    }
  }

  private static ConfigException refused(String key, RuntimeException e) {
    return new ConfigException(
        List.of(new Fault(key, "the configuration", String.valueOf(e.getMessage()))));
  }
}
