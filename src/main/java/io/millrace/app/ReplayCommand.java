package io.millrace.app;

import io.millrace.app.kafka.KafkaClients;
import io.millrace.app.kafka.SnapshotReader;
import io.millrace.app.kafka.TopicScan;
import io.millrace.app.process.ExitException;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.Model;
import io.millrace.learn.Rollback;
import io.millrace.learn.Snapshot;
import io.millrace.nn.HasText;
import io.millrace.nn.KernelKind;
import io.millrace.topology.InitialModel;
import io.millrace.topology.LogLearner;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code replay}: rebuilds a model from the training log and compares it with the snapshot. */
@Command(
    name = "replay",
    description =
        "Rebuild the model from the mini-batches topic and compare it with the published snapshot,"
            + " bit for bit. A running learner is not affected. Exit code 0: they are equal; 1: they"
            + " differ, or the model cannot be rebuilt.")
final class ReplayCommand implements Callable<Integer> {
  @Mixin private ConfigFile configFile = new ConfigFile();

  @Option(
      names = "--to-version",
      paramLabel = "V",
      description = "The version to rebuild. Default: the version of the newest snapshot.")
  private @Nullable Long toVersion;

  @Override
  public Integer call() throws ConfigException {
    MillraceConfig config = configFile.read();
    Model model = InitialModel.of(config);
    KafkaClients clients = new KafkaClients(config);
    clients.requireReadable(config.topics().snapshots(), config.topics().miniBatches());
    byte[] published = published(config, clients);
    long version = toVersion != null ? toVersion : newest(config, published);
    if (version < model.version()) {
      throw ExitException.usage(
          String.format(
              Locale.ROOT,
              "--to-version: the model starts at version %d, got %d",
              model.version(),
              version));
    }
    KernelKind kernel = kernel(config, published);
    Optional<Rollback> rollback = replay(config, clients, model, kernel, version);
    System.out.printf(
        Locale.ROOT,
        "Rebuilt model %s, version %,d, from %,d examples of topic %s, matrix products: %s%n",
        config.model().name(),
        model.version(),
        model.examples(),
        config.topics().miniBatches(),
        kernel.text());
    if (published == null) {
      System.out.println("The snapshots topic has no snapshot of this version to compare with");
      return 0;
    }
    Snapshot snapshot = SnapshotReader.decode(published, config);
    byte[] rebuilt =
        SnapshotCodec.encode(
            Snapshot.of(
                    snapshot.model(),
                    model,
                    rollback,
                    config.topics().miniBatches(),
                    kernel,
                    snapshot.timestamp())
                .by(snapshot.application()));
    List<String> differences = SnapshotCodec.differences(rebuilt, published);
    if (!differences.isEmpty()) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT,
              "The result differs from the snapshot that was published at %s in: %s."
                  + " (A model that was trained with two kinds of matrix products cannot be rebuilt bit for"
                  + " bit. To prevent this, set training.kernel)",
              snapshot.timestamp(),
              String.join(", ", differences)));
    }
    System.out.printf(
        Locale.ROOT,
        "The result equals the snapshot that was published at %s, bit for bit%n",
        snapshot.timestamp());
    return 0;
  }

  /** The kernel that the configuration sets, or else the kernel of the snapshot. */
  private static KernelKind kernel(MillraceConfig config, byte @Nullable [] published) {
    if (published == null || config.training().kernel().isPresent()) {
      return config.training().kernelKind();
    }
    Optional<String> name = SnapshotReader.decode(published, config).kernel();
    return name.flatMap(text -> HasText.find(KernelKind.values(), text))
        .orElse(config.training().kernelKind());
  }

  private static long newest(MillraceConfig config, byte @Nullable [] published) {
    if (published == null) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT,
              "Topic %2$s has no snapshot of model %1$s yet. Use --to-version V to rebuild without a snapshot",
              config.model().name(),
              config.topics().snapshots()));
    }
    return SnapshotReader.decode(published, config).version();
  }

  /** The snapshot to compare with: of the requested version, or the newest. */
  private byte @Nullable [] published(MillraceConfig config, KafkaClients clients) {
    SnapshotReader snapshots = SnapshotReader.read(config, clients);
    return toVersion == null ? snapshots.newest() : snapshots.byVersion().get(toVersion);
  }

  /** Learns the log up to a version. Returns the last rollback before it. */
  private static Optional<Rollback> replay(
      MillraceConfig config, KafkaClients clients, Model model, KernelKind kernel, long version) {
    String topic = config.topics().miniBatches();
    LogLearner learner = new LogLearner(config, model, kernel);
    List<Rollback> rollbacks = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer = clients.reader("replay")) {
      TopicScan log = new TopicScan(consumer, topic);
      if (log.firstOffset() > 0) {
        throw ExitException.failure(
            String.format(
                Locale.ROOT,
                "Topic %s begins at offset %d: earlier records were deleted, and a replay needs all records",
                topic,
                log.firstOffset()));
      }
      log.read(
          record -> {
            if (model.version() < version) {
              LogLearner.Step step =
                  learner.learn(record.key(), record.value(), record.headers(), record.offset());
              if (step instanceof LogLearner.WentBack back) {
                rollbacks.add(back.rollback());
              }
            }
            return model.version() < version;
          });
    }
    if (model.version() < version) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT,
              "Topic %s ends at version %d of the model, before version %d",
              topic,
              model.version(),
              version));
    }
    return rollbacks.isEmpty()
        ? Optional.empty()
        : Optional.of(rollbacks.get(rollbacks.size() - 1));
  }
}
