package io.millrace.app.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.app.process.ExitException;
import io.millrace.codec.published.SnapshotKey;
import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.learn.Snapshot;
import io.millrace.topology.KafkaAnswers;
import io.millrace.topology.LearnerTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Forgets what an application has learned: its group, its state, its training log and its
 * snapshots. What people sent and what was said of it stays: events, costs, dead letters.
 */
public final class Reset {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final MillraceConfig config;
  private final KafkaClients clients;
  private final Admin admin;
  private final TopicsConfig topics;
  private final SnapshotReader snapshots;
  private final Set<String> existing;

  public Reset(MillraceConfig config, KafkaClients clients, Admin admin) {
    this.config = config;
    this.clients = clients;
    this.admin = admin;
    this.topics = config.topics();
    this.snapshots = SnapshotReader.read(config, clients);
    this.existing = KafkaAnswers.get(admin.listTopics().names());
  }

  /**
   * Checks that nobody learns.
   *
   * @throws ExitException when somebody does
   */
  public void requireStopped() {
    String group = config.application();
    try {
      ConsumerGroupDescription description =
          KafkaAnswers.get(
              Objects.requireNonNull(
                  admin.describeConsumerGroups(List.of(group)).describedGroups().get(group)));
      int members = description.members().size();
      if (members > 0) {
        throw running(String.format(Locale.ROOT, "%d stream threads are at work", members));
      }
    } catch (GroupIdNotFoundException e) {
      // It never ran.
    }
  }

  private ExitException running(String why) {
    return ExitException.failure(
        String.format(
            Locale.ROOT,
            "Application %s is running (%s). Stop every instance first; one that was killed counts until its session has ended, some seconds later",
            config.application(),
            why));
  }

  /** What will be gone, in lines for people. */
  public List<String> plan() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "Of application %s on Kafka at %s this forgets:",
            config.application(),
            config.bootstrapServers()));
    if (snapshots.newest() == null) {
      lines.add(
          String.format(Locale.ROOT, "  the model %s (not published yet)", config.model().name()));
    } else {
      Snapshot newest = SnapshotReader.decode(snapshots.newest(), config);
      lines.add(
          format(
              "  the model %s: version %,d with %,d examples, and every snapshot in topic %s",
              newest.model(), newest.version(), newest.examples(), topics.snapshots()));
    }
    lines.add(
        format(
            "  the training log: topic %s is deleted, %,d records of it are this model's",
            topics.miniBatches(), recordsOfLog()));
    lines.add("  the state: deleted topics " + String.join(", ", changelogs()));
    lines.add(
        String.format(
            Locale.ROOT,
            "  the positions (group %s): all that topic %s still has is learned again",
            config.application(),
            topics.examples()));
    lines.add(
        String.format(
            Locale.ROOT,
            "It leaves alone the events in %s, the costs in %s and the dead letters in %s.",
            topics.examples(),
            topics.costs(),
            topics.deadLetters()));
    return lines;
  }

  private static String format(String text, Object... arguments) {
    return String.format(Locale.ROOT, text, arguments);
  }

  private List<String> changelogs() {
    return LearnerTopology.changelogs(config);
  }

  /**
   * The records of the training log.
   *
   * @throws ExitException when another model's are among them
   */
  private long recordsOfLog() {
    byte[] model = config.model().name().getBytes(UTF_8);
    AtomicLong count = new AtomicLong();
    try (Consumer<byte[], byte[]> consumer = clients.reader("reset")) {
      new TopicScan(consumer, topics.miniBatches())
          .read(
              record -> {
                if (!Arrays.equals(record.key(), model)) {
                  throw ExitException.failure(
                      String.format(
                          Locale.ROOT,
                          "Topic %s holds mini-batches of another model as well (%s at offset %d): deleting it would stop that one. Name a topics.miniBatches of its own for this model instead",
                          topics.miniBatches(),
                          record.key() == null ? "no key" : new String(record.key(), UTF_8),
                          record.offset()));
                }
                count.incrementAndGet();
                return true;
              });
    }
    return count.get();
  }

  /**
   * Does it. Stopped half way it leaves an application that refuses to start, or one that goes on
   * as if nothing had been done; never one that learns the log beside the examples.
   */
  public void perform() {
    forgetPositions();
    // The log before the state: a state without its log is refused, a log without its state is not.
    delete(List.of(topics.miniBatches()));
    delete(changelogs());
    forgetSnapshots();
  }

  private void forgetPositions() {
    try {
      KafkaAnswers.get(admin.deleteConsumerGroups(List.of(config.application())).all());
    } catch (GroupIdNotFoundException e) {
      // It never ran.
    } catch (GroupNotEmptyException e) {
      throw running("an instance was started just now");
    }
  }

  private void delete(Collection<String> names) {
    List<String> present = names.stream().filter(existing::contains).toList();
    try {
      KafkaAnswers.get(admin.deleteTopics(present).all());
    } catch (UnknownTopicOrPartitionException e) {
      // Somebody else was faster.
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (KafkaAnswers.get(admin.listTopics().names()).stream().anyMatch(present::contains)) {
      if (System.nanoTime() > deadline) {
        throw ExitException.failure(
            String.format(
                Locale.ROOT,
                "Kafka has not deleted %s within %d seconds; run the reset again",
                String.join(", ", present),
                PATIENCE.toSeconds()));
      }
      pause();
    }
  }

  private void forgetSnapshots() {
    if (!existing.contains(topics.snapshots())) {
      return;
    }
    String model = config.model().name();
    try (Producer<byte[], byte[]> producer = clients.producer("reset")) {
      Stream.concat(
              Stream.of(SnapshotKey.newest(model)),
              snapshots.byVersion().keySet().stream()
                  .map(version -> SnapshotKey.kept(model, version)))
          .map(key -> new ProducerRecord<byte[], byte[]>(topics.snapshots(), key.bytes(), null))
          .map(producer::send)
          .toList()
          .forEach(KafkaAnswers::get);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static ExitException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return ExitException.failure("Interrupted", e);
  }
}
