package io.millrace.app.kafka;

import io.millrace.app.process.ExitException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the committed records of a topic, from its beginning to its end at the start of the scan.
 *
 * <p>If no record arrives for {@link #PATIENCE}, the scan fails with an {@link ExitException} that
 * names its position.
 */
public final class TopicScan {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final List<TopicPartition> partitions;
  private final Duration patience;

  /**
   * A scan. A topic that does not exist counts as empty.
   *
   * @param consumer without a group. Kept, and closed by its owner.
   */
  public TopicScan(Consumer<byte[], byte[]> consumer, String topic) {
    this(consumer, topic, PATIENCE);
  }

  /**
   * A scan with another timeout.
   *
   * @param patience the longest wait for a record
   */
  TopicScan(Consumer<byte[], byte[]> consumer, String topic, Duration patience) {
    this.consumer = consumer;
    this.topic = topic;
    this.patience = patience;
    this.partitions =
        consumer.listTopics().getOrDefault(topic, List.of()).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
  }

  private TopicScan(Consumer<byte[], byte[]> consumer, TopicPartition partition) {
    this.consumer = consumer;
    this.topic = partition.topic();
    this.patience = PATIENCE;
    this.partitions = List.of(partition);
  }

  /** Whether the topic has no offset that can be read. */
  boolean isEmpty() {
    return lastOffset() < firstOffset();
  }

  /** The last offset, over all partitions; -1 for a topic without one. */
  long lastOffset() {
    return consumer.endOffsets(partitions).values().stream()
            .mapToLong(Long::longValue)
            .max()
            .orElse(0)
        - 1;
  }

  /** The first offset that still exists, over all partitions; 0 if nothing was deleted. */
  public long firstOffset() {
    return consumer.beginningOffsets(partitions).values().stream()
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }

  /** Passes on every record, until {@code wanted} returns false. */
  public void read(Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    readOn(wanted);
  }

  /**
   * Passes on the records at both ends of every partition.
   *
   * @param offsets how many offsets of each end
   */
  void readEnds(long offsets, Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    consumer.assign(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, Long> firstPart = new HashMap<>();
    begins.forEach(
        (partition, begin) -> {
          long end = ends.getOrDefault(partition, begin);
          firstPart.put(partition, Math.min(end, begin + offsets));
          consumer.seek(partition, begin);
        });
    readTo(firstPart, wanted);
    firstPart.forEach(
        (partition, read) ->
            consumer.seek(partition, Math.max(read, ends.getOrDefault(partition, read) - offsets)));
    readTo(ends, wanted);
  }

  /** The same, for records with timestamps from a given time on. */
  void readFrom(Instant time, Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    consumer.assign(partitions);
    consumer.seekToEnd(partitions); // if no record is that new
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

  /** Whether a partition has a committed record in an interval of offsets, without its end. */
  static boolean hasRecords(
      Consumer<byte[], byte[]> consumer, TopicPartition partition, long from, long to) {
    boolean[] found = {false};
    TopicScan scan = new TopicScan(consumer, partition);
    consumer.assign(scan.partitions);
    consumer.seek(partition, from);
    scan.readTo(
        Map.of(partition, to),
        record -> {
          found[0] = record.offset() < to;
          return false;
        });
    return found[0];
  }

  /** Passes on the committed records of a partition in an interval of offsets, without its end. */
  static void read(
      Consumer<byte[], byte[]> consumer,
      TopicPartition partition,
      long from,
      long to,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> action) {
    TopicScan scan = new TopicScan(consumer, partition);
    consumer.assign(scan.partitions);
    consumer.seek(partition, from);
    scan.readTo(
        Map.of(partition, to),
        record -> {
          if (record.offset() < to) {
            action.accept(record);
          }
          return record.offset() < to;
        });
  }

  private void readOn(Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    readTo(consumer.endOffsets(partitions), wanted);
  }

  private void readTo(
      Map<TopicPartition, Long> ends, Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
    Map<TopicPartition, Long> before = Map.of();
    long cameAt = System.nanoTime();
    while (true) {
      Map<TopicPartition, Long> positions = positions(ends.keySet());
      if (ends.entrySet().stream()
          .allMatch(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue())) {
        return;
      }
      if (!positions.equals(before)) {
        before = positions;
        cameAt = System.nanoTime();
      } else if (System.nanoTime() - cameAt > patience.toNanos()) {
        throw stalled(ends, positions);
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (!wanted.test(record)) {
          return;
        }
      }
    }
  }

  private Map<TopicPartition, Long> positions(Set<TopicPartition> partitions) {
    Map<TopicPartition, Long> positions = new HashMap<>();
    for (TopicPartition partition : partitions) {
      positions.put(partition, consumer.position(partition));
    }
    return positions;
  }

  private ExitException stalled(
      Map<TopicPartition, Long> ends, Map<TopicPartition, Long> positions) {
    String where =
        ends.keySet().stream()
            .filter(each -> positions.getOrDefault(each, 0L) < ends.getOrDefault(each, 0L))
            .map(
                each ->
                    String.format(
                        Locale.ROOT,
                        "partition %d at offset %d of %d",
                        each.partition(),
                        positions.get(each),
                        ends.get(each)))
            .sorted()
            .collect(Collectors.joining(", "));
    return ExitException.failure(
        String.format(
            Locale.ROOT,
            "Topic %s: no record arrived for %d s (%s). Check that Kafka runs and that every partition of the topic has a leader, then run the command again",
            topic,
            patience.toSeconds(),
            where));
  }
}
