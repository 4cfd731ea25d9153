package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.config.MillraceConfig;
import java.util.Arrays;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the snapshots of the configured model, as they stand on the topic. */
final class SnapshotReader {
  private SnapshotReader() {}

  /**
   * The newest committed snapshot.
   *
   * @throws ExitException when there is none
   */
  static byte[] newest(MillraceConfig config) {
    KafkaClients clients = new KafkaClients(config);
    clients.reach().close();
    byte[] newest = newest(config, clients, snapshot -> true);
    if (newest == null) {
      throw ExitException.failure(
          "There is no snapshot of model %s on topic %s yet"
              .formatted(config.model().name(), config.topics().snapshots()));
    }
    return newest;
  }

  /** The newest committed snapshot of those that are wanted, or null where there is none. */
  static byte @Nullable [] newest(
      MillraceConfig config, KafkaClients clients, Predicate<byte[]> wanted) {
    byte[] key = config.model().name().getBytes(UTF_8);
    byte[][] newest = new byte[1][];
    try (Consumer<byte[], byte[]> consumer = clients.reader("snapshots")) {
      new TopicScan(consumer, config.topics().snapshots())
          .read(
              record -> {
                if (Arrays.equals(record.key(), key)
                    && record.value() != null
                    && wanted.test(record.value())) {
                  newest[0] = record.value();
                }
                return true;
              });
    }
    return newest[0];
  }
}
