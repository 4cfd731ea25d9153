package io.millrace.app.kafka;

import io.millrace.app.process.ExitException;
import io.millrace.codec.FormatException;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.codec.published.SnapshotKey;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.Snapshot;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The committed snapshots of the configured model on the topic.
 *
 * @param newest the bytes of the newest snapshot; null if there is none
 * @param byVersion the kept snapshots, and the newest
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
public record SnapshotReader(byte @Nullable [] newest, SortedMap<Long, byte[]> byVersion) {

  /**
   * Reads the topic.
   *
   * @throws ExitException when Kafka cannot be reached, or the topic has other records
   */
  public static SnapshotReader read(MillraceConfig config, KafkaClients clients) {
    Scan scan = scan(config, clients);
    if (scan.newest != null) {
      scan.kept.put(decode(scan.newest, config).version(), scan.newest);
    }
    return new SnapshotReader(scan.newest, scan.kept);
  }

  private static Scan scan(MillraceConfig config, KafkaClients clients) {
    Scan scan = new Scan(config);
    try (Consumer<byte[], byte[]> consumer = clients.reader("snapshots")) {
      new TopicScan(consumer, config.topics().snapshots()).read(scan::see);
    }
    return scan;
  }

  /** Every record with a key of the model's snapshots, whatever its value is. */
  static List<byte[]> unread(MillraceConfig config, KafkaClients clients) {
    Scan scan = scan(config, clients);
    return Stream.concat(Stream.ofNullable(scan.newest), scan.kept.values().stream()).toList();
  }

  private static final class Scan {
    private final String model;
    private final SortedMap<Long, byte[]> kept = new TreeMap<>();
    private byte @Nullable [] newest;

    Scan(MillraceConfig config) {
      this.model = config.model().name();
    }

    boolean see(ConsumerRecord<byte[], byte[]> record) {
      Optional<SnapshotKey> key =
          SnapshotKey.read(record.key()).filter(each -> each.model().equals(model));
      if (key.isEmpty()) {
        return true;
      }
      byte[] value = record.value();
      if (key.get().version().isEmpty()) {
        newest = value;
      } else if (value == null) {
        kept.remove(key.get().version().getAsLong());
      } else {
        kept.put(key.get().version().getAsLong(), value);
      }
      return true;
    }
  }

  /**
   * One snapshot.
   *
   * @param version which one; null: the newest
   * @throws ExitException when it is not there
   */
  public static byte[] read(MillraceConfig config, @Nullable Long version) {
    KafkaClients clients = new KafkaClients(config);
    clients.requireReadable(config.topics().snapshots());
    SnapshotReader snapshots = read(config, clients);
    byte[] newest = snapshots.requireNewest(config);
    return version == null ? newest : snapshots.version(config, version);
  }

  /**
   * The newest snapshot.
   *
   * @throws ExitException when there is none
   */
  public byte[] requireNewest(MillraceConfig config) {
    if (newest == null) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT,
              "Topic %2$s has no snapshot of model %1$s yet",
              config.model().name(),
              config.topics().snapshots()));
    }
    return newest;
  }

  /**
   * The snapshot of a version.
   *
   * @throws ExitException when it is not kept
   */
  public byte[] version(MillraceConfig config, long version) {
    byte[] snapshot = byVersion.get(version);
    if (snapshot == null) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT,
              "Version %,d of model %s is not on topic %s. `model list` shows the versions",
              version,
              config.model().name(),
              config.topics().snapshots()));
    }
    return snapshot;
  }

  /**
   * Reads a snapshot.
   *
   * @throws ExitException when it is not a snapshot
   */
  public static Snapshot decode(byte[] published, MillraceConfig config) {
    try {
      return SnapshotCodec.decode(published);
    } catch (FormatException e) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT,
              "Topic %s has a record with the key of model %s that is not a snapshot: %s",
              config.topics().snapshots(),
              config.model().name(),
              e.getMessage()),
          e);
    }
  }
}
