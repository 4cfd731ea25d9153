package io.millrace.topology;

import io.millrace.config.Guarantee;
import io.millrace.config.MillraceConfig;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** The settings of Kafka Streams and of every client that it makes. */
public final class StreamsSettings {
  private static final long PRODUCER_BUFFER_DEFAULT = 32L * 1024 * 1024;

  private static final String PREDICTIONS = "-predictions";

  private StreamsSettings() {}

  /** Of the application that predicts: a group of its own, beside the one that learns. */
  public static Properties ofPredictions(MillraceConfig config) {
    Properties settings = of(config);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, config.application() + PREDICTIONS);
    settings.put(StreamsConfig.CLIENT_ID_CONFIG, config.application() + PREDICTIONS);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.predictions().threads());
    return settings;
  }

  /** Ours, and over them whatever stands under {@code kafka} in the configuration. */
  public static Properties of(MillraceConfig config) {
    long largest = RecordSizes.of(config).largestRequest();
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, config.application());
    // The default holds a random UUID: every metric would change its name at each start.
    settings.put(StreamsConfig.CLIENT_ID_CONFIG, config.application());
    settings.put(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
        config.guarantee() == Guarantee.EXACTLY_ONCE
            ? StreamsConfig.EXACTLY_ONCE_V2
            : StreamsConfig.AT_LEAST_ONCE);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, config.topics().replicationFactor());
    // After a crash nothing goes on before the dead member's session and its open transaction have
    // timed out. Kafka's 45 s and 10 s would be that long a silence.
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 6_000);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Math.toIntExact(largest));
    settings.put(
        ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(PRODUCER_BUFFER_DEFAULT, 4 * largest));
    settings.putAll(config.kafka());
    return settings;
  }
}
