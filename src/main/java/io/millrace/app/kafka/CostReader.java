package io.millrace.app.kafka;

import io.millrace.codec.FormatException;
import io.millrace.codec.published.CostCodec;
import io.millrace.codec.published.SnapshotKey;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.BatchCost;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads the costs of versions of the model from the costs topic. */
public final class CostReader {
  /** The largest assumed difference between the clocks of two instances. */
  private static final Duration SKEW = Duration.ofSeconds(10);

  private CostReader() {}

  /** The cost at each snapshot, if known: over the evaluation window, or else of the mini-batch. */
  public static Map<Long, Double> read(
      MillraceConfig config, KafkaClients clients, SnapshotReader snapshots) {
    Optional<Instant> first =
        snapshots.byVersion().values().stream()
            .map(each -> SnapshotReader.decode(each, config).timestamp())
            .min(Comparator.naturalOrder());
    Map<Long, Double> costs = new HashMap<>();
    if (first.isEmpty()) {
      return costs;
    }
    // The cost record of a version comes before its snapshot.
    Instant from = first.get().minus(config.publish().snapshotInterval()).minus(SKEW);
    try (Consumer<byte[], byte[]> consumer = clients.reader("costs")) {
      new TopicScan(consumer, config.topics().costs())
          .readFrom(
              from,
              record -> {
                see(record, config, snapshots, costs);
                return true;
              });
    }
    return costs;
  }

  private static void see(
      ConsumerRecord<byte[], byte[]> record,
      MillraceConfig config,
      SnapshotReader snapshots,
      Map<Long, Double> costs) {
    String model = config.model().name();
    if (!SnapshotKey.newest(model).equals(SnapshotKey.read(record.key()).orElse(null))
        || record.value() == null) {
      return;
    }
    try {
      BatchCost cost = CostCodec.decode(record.value());
      if (snapshots.byVersion().containsKey(cost.metrics().batch())) {
        costs.put(
            cost.metrics().batch(),
            cost.metrics()
                .prequential()
                .map(figures -> figures.window().cost())
                .orElse(cost.metrics().cost()));
      }
    } catch (FormatException e) {
      // A record of another writer: the cost stays unknown.
    }
  }
}
