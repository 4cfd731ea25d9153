package io.millrace.app.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads what is committed of a topic, from its beginning to its present end. */
public final class TopicScan {
  private static final Duration POLL = Duration.ofMillis(500);

  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;

  /**
   * A scan; a topic that does not exist is empty.
   *
   * @param consumer without a group. Kept, and closed by its owner.
   */
  public TopicScan(Consumer<byte[], byte[]> consumer, String topic) {
    this.consumer = consumer;
    this.partitions =
        consumer.listTopics().getOrDefault(topic, List.of()).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
  }

  /** The first offset that is still there, over all partitions; 0 for a topic that is complete. */
  public long firstOffset() {
    return consumer.beginningOffsets(partitions).values().stream()
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }

  /** Hands over every record, until {@code wanted} says that it has enough. */
  public void read(Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    readOn(wanted);
  }

  /** The same from a time on, by the records' own. */
  void readFrom(Instant time, Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    consumer.assign(partitions);
    consumer.seekToEnd(partitions); // where nothing is as young as that
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, time.toEpochMilli()));
    consumer
        .offsetsForTimes(times)
        .forEach(
            (partition, first) -> {
              if (first != null) {
                consumer.seek(partition, first.offset());
              }
            });
    readOn(wanted);
  }

  private void readOn(Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (!wanted.test(record)) {
          return;
        }
      }
    }
  }
}
