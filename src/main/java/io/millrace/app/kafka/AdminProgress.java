package io.millrace.app.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.app.process.ExitException;
import io.millrace.codec.FormatException;
import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.topology.KafkaProgress;
import io.millrace.topology.topics.KafkaAnswers;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks Kafka about the application's progress. Questions that need a topic scan are asked only if a
 * task has no state. Each topic is read once.
 */
public final class AdminProgress implements KafkaProgress {
  private final MillraceConfig config;
  private final KafkaClients clients;
  private final Admin admin;
  private @Nullable Boolean published;
  private @Nullable LogContents log;

  /**
   * Uses an admin client.
   *
   * @param admin kept; its owner closes it
   */
  public AdminProgress(MillraceConfig config, KafkaClients clients, Admin admin) {
    this.config = config;
    this.clients = clients;
    this.admin = admin;
  }

  @Override
  public long firstOffset(TopicPartition partition) {
    return KafkaAnswers.get(
            admin.listOffsets(Map.of(partition, OffsetSpec.earliest())).partitionResult(partition))
        .offset();
  }

  /** Kafka Streams commits the time of its stream as metadata; Kafka's tools commit none. */
  @Override
  public OptionalLong committed(String group, TopicPartition partition) {
    try {
      OffsetAndMetadata committed =
          KafkaAnswers.get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
              .get(partition);
      return committed == null || committed.metadata().isEmpty()
          ? OptionalLong.empty()
          : OptionalLong.of(committed.offset());
    } catch (GroupIdNotFoundException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public boolean hasRecords(TopicPartition partition, long from, long to) {
    try (Consumer<byte[], byte[]> consumer = clients.reader("positions")) {
      return patiently(() -> TopicScan.hasRecords(consumer, partition, from, to));
    }
  }

  @Override
  public synchronized boolean hasPublished() {
    if (published == null) {
      published =
          patiently(() -> SnapshotReader.unread(config, clients)).stream().anyMatch(this::isOurs);
    }
    return published;
  }

  /** Waits for a Kafka that does not answer, like every part of a running learner. */
  private static <T> T patiently(Supplier<T> scan) {
    try {
      return scan.get();
    } catch (ExitException e) {
      throw new TimeoutException(e.getMessage(), e);
    }
  }

  private boolean isOurs(byte[] json) {
    try {
      return SnapshotCodec.decode(json).application().equals(Optional.of(config.application()));
    } catch (FormatException e) {
      return false; // another program wrote it
    }
  }

  @Override
  public synchronized LogContents log() {
    if (log == null) {
      log = patiently(this::readLog);
    }
    return log;
  }

  @Override
  public void readLog(
      long after,
      long through,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> action) {
    TopicPartition log = new TopicPartition(config.topics().miniBatches(), 0);
    try (Consumer<byte[], byte[]> consumer = clients.reader("checkpoint")) {
      patiently(
          () -> {
            TopicScan.read(consumer, log, after + 1, through + 1, action);
            return true;
          });
    }
  }

  private LogContents readLog() {
    byte[] model = config.model().name().getBytes(UTF_8);
    Set<Integer> partitions = new HashSet<>();
    boolean[] hasOthers = {false};
    // Mini-batches that the ingest tasks have written since the start are not learned yet.
    long end =
        committed(config.application(), new TopicPartition(config.topics().miniBatches(), 0))
            .orElse(Long.MAX_VALUE);
    try (Consumer<byte[], byte[]> consumer = clients.reader("positions")) {
      new TopicScan(consumer, config.topics().miniBatches())
          .read(
              record -> {
                if (record.offset() >= end) {
                  return false;
                }
                if (Arrays.equals(record.key(), model)) {
                  partition(record).ifPresent(partitions::add);
                } else {
                  hasOthers[0] = true;
                }
                return true;
              });
    }
    return new LogContents(partitions, hasOthers[0]);
  }

  private static Optional<Integer> partition(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(MiniBatchCodec.decode(record.value(), 1).partition());
    } catch (FormatException e) {
      return Optional.empty(); // a command, or something that the learner rejects
    }
  }
}
