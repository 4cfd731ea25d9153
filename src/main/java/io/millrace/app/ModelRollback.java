package io.millrace.app;

import io.millrace.app.kafka.KafkaClients;
import io.millrace.app.kafka.SnapshotReader;
import io.millrace.app.process.ExitException;
import io.millrace.codec.published.SnapshotKey;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.Snapshot;
import io.millrace.topology.LogCommand;
import io.millrace.topology.topics.AccessRights;
import io.millrace.topology.topics.KafkaAnswers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code model rollback}: writes a rollback command into the training log. */
@Command(
    name = "rollback",
    description = {
      "Make the learner continue from an earlier version. `model list` shows the versions.",
      "The rollback is a record in the mini-batches topic. It takes effect when the learner reaches"
          + " the record, even after a later start. Millrace first publishes a snapshot of the present"
          + " version, so that you can return to it."
    })
final class ModelRollback implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(200);

  @Mixin private ConfigFile configFile = new ConfigFile();

  @Option(
      names = "--version",
      required = true,
      paramLabel = "V",
      description = "The version to roll back to.")
  private long version;

  @Override
  public Integer call() throws ConfigException {
    MillraceConfig config = configFile.read();
    KafkaClients clients = new KafkaClients(config);
    try (Admin admin = clients.reach()) {
      new AccessRights(admin)
          .topic(config.topics().snapshots(), AclOperation.READ)
          .topic(config.topics().miniBatches(), AclOperation.WRITE)
          .require();
      requireLog(config, admin);
    }
    SnapshotReader snapshots = SnapshotReader.read(config, clients);
    Snapshot newest = SnapshotReader.decode(snapshots.requireNewest(config), config);
    byte[] chosen = snapshots.version(config, version);
    requireFit(SnapshotReader.decode(chosen, config), config);

    try (Consumer<byte[], byte[]> consumer = clients.reader("rollback")) {
      Follower follower = new Follower(config, consumer);
      long offset = record(config, clients, chosen);
      report(config, newest, await(follower, offset), offset);
    }
    return 0;
  }

  /**
   * Null if no learner reached the command in time, or if this process shall stop. The command is
   * in the log in both cases.
   */
  private static @Nullable Snapshot await(Follower follower, long offset) {
    try {
      return follower.awaitLearnedThrough(offset);
    } catch (InterruptException e) {
      Thread.interrupted(); // the consumer must be closed first
      return null;
    }
  }

  /** Checked first, because a producer would create the topic if the broker permits it. */
  private static void requireLog(MillraceConfig config, Admin admin) {
    Set<String> topics = KafkaAnswers.get(admin.listTopics().names());
    if (!topics.contains(config.topics().miniBatches())) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT,
              "There is no topic %s (topics.miniBatches)",
              config.topics().miniBatches()));
    }
  }

  private static void requireFit(Snapshot snapshot, MillraceConfig config) {
    if (!snapshot.architecture().equals(config.model().architecture())
        || snapshot.scaler().isPresent() != config.training().isScaled()) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT,
              "Version %,d of model %s does not fit the configuration: it has %s, %s",
              snapshot.version(),
              snapshot.model(),
              snapshot.architecture(),
              snapshot.scaler().isPresent() ? "scaled" : "not scaled"));
    }
  }

  /** Writes the command to the log and returns its offset. */
  private static long record(MillraceConfig config, KafkaClients clients, byte[] snapshot) {
    ProducerRecord<byte[], byte[]> command = LogCommand.rollback(config, snapshot);
    try (Producer<byte[], byte[]> producer = clients.producer("rollback")) {
      return KafkaAnswers.get(producer.send(command)).offset();
    } catch (RecordTooLargeException e) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT,
              "The snapshot (%2$,d bytes) is too large for topic %1$s: raise its max.message.bytes",
              command.topic(),
              snapshot.length),
          e);
    }
  }

  private void report(
      MillraceConfig config, Snapshot before, @Nullable Snapshot after, long offset) {
    if (after == null) {
      System.out.printf(
          Locale.ROOT,
          "Recorded in topic %s at offset %d: model %s rolls back to version %,d when a learner"
              + " reaches this offset. No learner has reached it yet.%n",
          config.topics().miniBatches(),
          offset,
          config.model().name(),
          version);
      return;
    }
    long continuesAs =
        after
            .rollback()
            .filter(last -> last.to() == version && last.version() > before.version())
            .orElseThrow(
                () ->
                    ExitException.failure(
                        String.format(
                            Locale.ROOT,
                            "The learner refused the rollback; the dead letter in topic %s says why",
                            config.topics().deadLetters())))
            .version();
    System.out.printf(
        Locale.ROOT,
        "Model %s was rolled back to version %,d and continues as version %,d%n",
        config.model().name(),
        version,
        continuesAs);
  }

  /** Reads the snapshots that are published after its creation. */
  private static final class Follower {
    private final Consumer<byte[], byte[]> consumer;
    private final MillraceConfig config;

    Follower(MillraceConfig config, Consumer<byte[], byte[]> consumer) {
      this.config = config;
      this.consumer = consumer;
      List<TopicPartition> partitions =
          KafkaClients.partitions(consumer, config.topics().snapshots());
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position);
    }

    /** The first snapshot of a model that has learned the log up to this offset, or null. */
    @Nullable Snapshot awaitLearnedThrough(long offset) {
      Optional<SnapshotKey> key = Optional.of(SnapshotKey.newest(config.model().name()));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (SnapshotKey.read(record.key()).equals(key) && record.value() != null) {
            Snapshot snapshot = SnapshotReader.decode(record.value(), config);
            if (snapshot.learnedThrough().filter(at -> at.offset() >= offset).isPresent()) {
              return snapshot;
            }
          }
        }
      }
      return null;
    }
  }
}
