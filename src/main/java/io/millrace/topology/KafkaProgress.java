package io.millrace.topology;

import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The progress of an application according to Kafka, independent of the application's own state. A
 * task uses it at its start, and when it finds a gap between two offsets. Thread-safe.
 */
public interface KafkaProgress {
  /** No progress: nothing was read, and nothing was deleted. */
  KafkaProgress NONE =
      new KafkaProgress() {
        @Override
        public long firstOffset(TopicPartition partition) {
          return 0;
        }

        @Override
        public OptionalLong committed(String group, TopicPartition partition) {
          return OptionalLong.empty();
        }

        @Override
        public boolean hasRecords(TopicPartition partition, long from, long to) {
          return false;
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
        public void readLog(
            long after, long through, Consumer<ConsumerRecord<byte[], byte[]>> action) {}
      };

  /** The first offset that a partition still has. */
  long firstOffset(TopicPartition partition);

  /**
   * The offset that a stream task of the group committed last. Empty if none did, or if somebody
   * has set the offset since.
   */
  OptionalLong committed(String group, TopicPartition partition);

  /**
   * Whether a partition has a committed record in an interval of offsets, without its end.
   * Transaction markers and aborted records do not count.
   */
  boolean hasRecords(TopicPartition partition, long from, long to);

  /** Whether the snapshots topic has a snapshot of the model that this application published. */
  boolean hasPublished();

  /**
   * The content of the training log up to the position of the application, or of the whole log if
   * it has none. Reads it once.
   */
  LogContents log();

  /**
   * Reads a part of the training log again: its committed records, in their order.
   *
   * @param after the offset before the first record that is wanted
   * @param through the offset of the last one
   */
  void readLog(long after, long through, Consumer<ConsumerRecord<byte[], byte[]>> action);

  /**
   * The content of the training log.
   *
   * @param partitions the partitions of the examples topic that mini-batches of the model are from
   * @param hasOthers whether mini-batches of other models are in the log
   */
  record LogContents(Set<Integer> partitions, boolean hasOthers) {
    public LogContents {
      partitions = Set.copyOf(partitions);
    }

    /** Whether only other models were learned from this log. */
    boolean isOthersOnly() {
      return partitions.isEmpty() && hasOthers;
    }
  }
}
