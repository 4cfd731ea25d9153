package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.config.MillraceConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Reads the snapshots topic to its present end. */
final class SnapshotReader {
  private static final Duration POLL = Duration.ofMillis(500);

  private SnapshotReader() {}

  /**
   * The newest committed snapshot of the configured model, as it stands on the topic.
   *
   * @throws ExitException when there is none
   */
  static byte[] newest(MillraceConfig config) {
    KafkaClients clients = new KafkaClients(config);
    clients.reach().close();
    try (Consumer<byte[], byte[]> consumer = clients.reader("snapshots")) {
      byte[] newest = newest(consumer, config);
      if (newest == null) {
        throw ExitException.failure(
            "There is no snapshot of model %s on topic %s yet"
                .formatted(config.model().name(), config.topics().snapshots()));
      }
      return newest;
    }
  }

  private static byte @Nullable [] newest(
      Consumer<byte[], byte[]> consumer, MillraceConfig config) {
    byte[] key = config.model().name().getBytes(UTF_8);
    String topic = config.topics().snapshots();
    List<TopicPartition> partitions =
        consumer.listTopics().getOrDefault(topic, List.of()).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    byte[] newest = null;
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (Arrays.equals(record.key(), key)) {
          newest = record.value();
        }
      }
    }
    return newest;
  }
}
