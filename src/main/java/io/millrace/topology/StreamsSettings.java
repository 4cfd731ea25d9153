package io.millrace.topology;

import io.millrace.config.Guarantee;
import io.millrace.config.MillraceConfig;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** The settings of Kafka Streams and of its clients. */
public final class StreamsSettings {
  private static final long PRODUCER_BUFFER_DEFAULT = 32L * 1024 * 1024;

  /**
   * A cost record can be read two commits after its examples arrived; a commit costs a few
   * milliseconds of two threads and a broker.
   */
  private static final int COMMIT_MILLIS = 500;

  private static final Duration UNTIL_KAFKA_NOTICES = Duration.ofSeconds(4);
  private static final int POLLED_RECORDS = 2_000;
  private static final int SYSTEMS_CHOICE = -1;
  private static final int FETCH = 4 * 1024 * 1024;
  private static final int PRODUCER_BATCH = 512 * 1024;
  private static final int LINGER_MILLIS = 20;
  private static final String PREDICTIONS = "-predictions";

  private StreamsSettings() {}

  /** The application, and consumer group, that predicts events. */
  public static String predictions(MillraceConfig config) {
    return config.application() + PREDICTIONS;
  }

  /**
   * The settings of the application that predicts. It has its own group, besides that of the
   * learner.
   */
  public static Properties ofPredictions(MillraceConfig config) {
    Properties settings = of(config);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, predictions(config));
    settings.put(StreamsConfig.CLIENT_ID_CONFIG, predictions(config));
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.predictions().threads());
    if (config.example().labels().isPresent()
        && !config.kafka().containsKey(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG)) {
      // A task reads events and labels: what is there of both is taken in the order of its time.
      settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, 0L);
    }
    return settings;
  }

  /** Our settings, overridden by those under {@code kafka} in the configuration. */
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
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_MILLIS);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, config.topics().replicationFactor());
    // After a crash nothing continues before the session of the dead member and its open
    // transaction have
    // timed out. Kafka's defaults are 45 s and 10 s.
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 6_000);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Math.toIntExact(largest));
    settings.put(
        ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(PRODUCER_BUFFER_DEFAULT, 4 * largest));
    putThroughput(settings);
    settings.putAll(config.kafka());
    return settings;
  }

  /** How long an instance that was killed may still be a member of the group. */
  public static Duration timeToLeave(MillraceConfig config) {
    Object millis = of(config).get(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG);
    return Duration.ofMillis(Long.parseLong(String.valueOf(millis))).plus(UNTIL_KAFKA_NOTICES);
  }

  /** The settings for fast reading, chosen with profiles of the end-to-end benchmark. */
  private static void putThroughput(Properties settings) {
    // Every task reads one partition: there is no other to wait for, and Kafka Streams need not
    // look for one before every record.
    settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    // A poll costs as much for few records as for many.
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLLED_RECORDS);
    settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 2 * POLLED_RECORDS);
    // Several thousand records per fetch, and a socket buffer that can grow, so that the whole
    // answer has arrived when the thread needs it.
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH);
    settings.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, SYSTEMS_CHOICE);
    // Several mini-batches per request: with Kafka's 16 KB each would need its own request.
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, PRODUCER_BATCH);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    settings.put(ProducerConfig.SEND_BUFFER_CONFIG, SYSTEMS_CHOICE);
  }
}
