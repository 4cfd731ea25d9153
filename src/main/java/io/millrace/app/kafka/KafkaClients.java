package io.millrace.app.kafka;

import io.millrace.app.process.ExitException;
import io.millrace.config.MillraceConfig;
import io.millrace.topology.LearnerException;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.topics.AccessRights;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Creates the Kafka clients that Millrace uses besides those of Kafka Streams. All get every
 * setting under {@code kafka}, including TLS and SASL.
 */
public final class KafkaClients {
  private static final Duration REACH = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration DELIVERY = Duration.ofSeconds(30);

  private final String bootstrapServers;
  private final String application;
  private final StreamsConfig settings;

  public KafkaClients(MillraceConfig config) {
    this.bootstrapServers = config.bootstrapServers();
    this.application = config.application();
    this.settings = new StreamsConfig(StreamsSettings.of(config));
  }

  /**
   * Creates an admin client and waits for a first answer.
   *
   * @throws ExitException naming the address when it does not
   */
  public Admin reach() {
    Admin admin = admin();
    try {
      admin.describeCluster().nodes().get(REACH.toSeconds(), TimeUnit.SECONDS);
      return admin;
    } catch (ExecutionException | TimeoutException e) {
      admin.close(Duration.ZERO);
      throw unreachable(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      admin.close(Duration.ZERO);
      throw unreachable(e);
    }
  }

  /**
   * Checks that Kafka answers and that these topics may be read.
   *
   * @throws ExitException when it does not answer
   * @throws LearnerException naming what Kafka does not permit
   */
  public void requireReadable(String... topics) {
    try (Admin admin = reach()) {
      AccessRights rights = new AccessRights(admin);
      for (String topic : topics) {
        rights.topic(topic, AclOperation.READ);
      }
      rights.require();
    }
  }

  private Admin admin() {
    try {
      return Admin.create(adminSettings());
    } catch (KafkaException e) {
      throw unreachable(e.getCause() == null ? e : e.getCause());
    }
  }

  public Map<String, Object> adminSettings() {
    return settings.getAdminConfigs(application + "-admin");
  }

  private ExitException unreachable(Throwable cause) {
    boolean late =
        cause instanceof TimeoutException
            || cause instanceof org.apache.kafka.common.errors.TimeoutException;
    String said = String.valueOf(cause.getMessage());
    String why =
        late
            ? String.format(Locale.ROOT, "no answer within %d seconds", REACH.toSeconds())
                + seenAtThePort()
            : said.contains("No resolvable")
                ? "the host name has no address"
                : KafkaFailure.describe(cause);
    return ExitException.failure(
        String.format(
            Locale.ROOT,
            "Cannot reach Kafka at %s (kafka.bootstrap.servers): %s",
            bootstrapServers,
            why),
        cause);
  }

  private String seenAtThePort() {
    Object protocol = adminSettings().get(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG);
    boolean isPlain = protocol == null || String.valueOf(protocol).endsWith("PLAINTEXT");
    return Stream.of(bootstrapServers.split(",", -1))
        .map(address -> PortProbe.explain(address.strip(), isPlain))
        .flatMap(Optional::stream)
        .findFirst()
        .map(seen -> "; " + seen)
        .orElse("");
  }

  /** A consumer without a group, of committed records only; the caller assigns and seeks. */
  public Consumer<byte[], byte[]> reader(String purpose) {
    return new KafkaConsumer<>(
        readerSettings(purpose), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * The partitions of a topic that exists. Asks again if a broker does not know the topic yet.
   *
   * @throws UnknownTopicOrPartitionException when no broker knows it within {@link #REACH}
   */
  public static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    long deadline = System.nanoTime() + REACH.toNanos();
    List<PartitionInfo> known = consumer.partitionsFor(topic);
    while (known.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new UnknownTopicOrPartitionException("There is no topic " + topic);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
      known = consumer.partitionsFor(topic);
    }
    return known.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
  }

  public Map<String, Object> readerSettings(String purpose) {
    Map<String, Object> properties =
        settings.getGlobalConsumerConfigs(
            String.format(Locale.ROOT, "%s-%s", application, purpose));
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return properties;
  }

  /** An idempotent producer that gives up after half a minute without an answer. */
  public Producer<byte[], byte[]> producer(String purpose) {
    return new KafkaProducer<>(
        producerSettings(purpose), new ByteArraySerializer(), new ByteArraySerializer());
  }

  Map<String, Object> producerSettings(String purpose) {
    Map<String, Object> properties =
        settings.getProducerConfigs(String.format(Locale.ROOT, "%s-%s", application, purpose));
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, DELIVERY.toMillis());
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) DELIVERY.toMillis() / 2);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY.toMillis());
    return properties;
  }
}
