package io.millrace.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** A training log for tests of one task, which can be read again; its beginning can be deleted. */
final class InMemoryLog implements KafkaProgress {
  private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
  private long firstOffset;

  void add(long offset, byte[] key, byte @Nullable [] value, Headers headers) {
    records.add(
        new ConsumerRecord<>(
            "log",
            0,
            offset,
            5L,
            TimestampType.CREATE_TIME,
            key.length,
            value == null ? -1 : value.length,
            key,
            value,
            headers,
            Optional.empty()));
  }

  void deleteBefore(long offset) {
    firstOffset = offset;
  }

  @Override
  public long firstOffset(TopicPartition partition) {
    return firstOffset;
  }

  @Override
  public OptionalLong committed(String group, TopicPartition partition) {
    return OptionalLong.empty();
  }

  @Override
  public boolean hasRecords(TopicPartition partition, long from, long to) {
    return true;
  }

  @Override
  public boolean hasPublished() {
    return false;
  }

  @Override
  public LogContents log() {
    return new LogContents(Set.of(), false);
  }

  @Override
  public void readLog(long after, long through, Consumer<ConsumerRecord<byte[], byte[]>> action) {
    records.stream()
        .filter(record -> record.offset() > after && record.offset() <= through)
        .forEach(action);
  }
}
