package io.millrace.app.show;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.app.kafka.KafkaClients;
import io.millrace.codec.FormatException;
import io.millrace.codec.published.CostCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.web.CostHistory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a sample of the older cost records: one record at each of some evenly spaced offsets. So
 * the dashboard shows the whole life of a model after a restart. Runs once, in a separate thread.
 */
final class EarlierCosts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EarlierCosts.class);
  private static final int SAMPLES = 1_000;
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final Map<String, Object> settings;
  private final Map<TopicPartition, Stretch> stretches;
  private final byte[] modelName;
  private final CostHistory history;
  private final Thread thread = new Thread(this::read, "earlier-costs");
  private volatile boolean closing;

  /** Offsets from begin up to end, without that. */
  record Stretch(long begin, long end) {}

  private EarlierCosts(
      MillraceConfig config, Map<TopicPartition, Stretch> stretches, CostHistory history) {
    this.settings = new KafkaClients(config).readerSettings("earlier-costs");
    settings.put(
        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1); // only the batch at the offset
    this.stretches = stretches;
    this.modelName = config.model().name().getBytes(UTF_8);
    this.history = history;
    thread.setDaemon(true);
  }

  /**
   * Starts to read, if there is something to read.
   *
   * @param stretches of the costs topic, by partition
   */
  static EarlierCosts start(
      MillraceConfig config, Map<TopicPartition, Stretch> stretches, CostHistory history) {
    EarlierCosts earlier = new EarlierCosts(config, stretches, history);
    if (!stretches.isEmpty()) {
      earlier.thread.start();
    }
    return earlier;
  }

  private void read() {
    Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      for (Map.Entry<TopicPartition, Stretch> each : stretches.entrySet()) {
        history.addOlder(samples(consumer, each.getKey(), each.getValue()));
      }
    } catch (InterruptException e) {
      LOG.debug("Closed", e);
    } catch (KafkaException e) {
      LOG.warn("Cannot read the earlier costs: {}", e.getMessage());
    } finally {
      consumer.close(CloseOptions.timeout(CLOSE));
    }
  }

  private List<CostHistory.Cost> samples(
      Consumer<byte[], byte[]> consumer, TopicPartition partition, Stretch stretch) {
    consumer.assign(List.of(partition));
    List<CostHistory.Cost> samples = new ArrayList<>();
    long next = stretch.begin();
    for (int i = 0; i < SAMPLES && !closing; i++) {
      long offset = stretch.begin() + (stretch.end() - stretch.begin()) * i / SAMPLES;
      if (offset < next) {
        continue;
      }
      consumer.seek(partition, offset);
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(ANSWER)) {
        Optional<CostHistory.Cost> cost = cost(record);
        if (cost.isPresent() && record.offset() < stretch.end()) {
          samples.add(cost.get());
          next = record.offset() + 1;
          break;
        }
      }
    }
    return samples;
  }

  private Optional<CostHistory.Cost> cost(ConsumerRecord<byte[], byte[]> record) {
    if (!Arrays.equals(record.key(), modelName) || record.value() == null) {
      return Optional.empty();
    }
    try {
      long batch = CostCodec.decode(record.value()).metrics().batch();
      return Optional.of(new CostHistory.Cost(batch, record.value()));
    } catch (FormatException e) {
      return Optional.empty(); // of another writer
    }
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
