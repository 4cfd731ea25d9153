package io.millrace.topology;

import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What Kafka knows of an application's progress, beside the application's own state. A task asks
 * when it starts and when it finds a gap between two offsets. Thread-safe.
 */
public interface KafkaProgress {
  /** Nothing was ever read, and nothing was ever deleted. */
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
      };

  /** The first offset that a partition still has. */
  long firstOffset(TopicPartition partition);

  /**
   * The offset that a stream task of the group committed last. Empty where none did, and where a
   * person has set the offset since.
   */
  OptionalLong committed(String group, TopicPartition partition);

  /**
   * Whether a partition has a committed record from one offset up to, without, another one.
   * Transaction markers and aborted records do not count.
   */
  boolean hasRecords(TopicPartition partition, long from, long to);

  /** Whether the snapshots topic has a snapshot of the model that this application published. */
  boolean hasPublished();

  /**
   * What the training log holds up to the position of the application, or as a whole where it has
   * none; reads it once.
   */
  LogContents log();

  /**
   * What the training log holds.
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
