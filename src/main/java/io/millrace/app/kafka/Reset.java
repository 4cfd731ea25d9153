package io.millrace.app.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.app.process.ExitException;
import io.millrace.codec.published.SnapshotKey;
import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.learn.Snapshot;
import io.millrace.topology.LearnerException;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.topics.AccessRights;
import io.millrace.topology.topics.KafkaAnswers;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Deletes what an application has learned: its group, its state, its training log and its
 * snapshots. The events, the costs and the dead letters stay.
 */
public final class Reset {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** The number of offsets that are checked at each end of the log. */
  private static final long LOOKED_AT = 1_000;

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
   * Checks before anything is read or gone that Kafka permits all of it.
   *
   * @throws ExitException naming what is not permitted
   */
  public static void requireRights(MillraceConfig config, Admin admin) {
    TopicsConfig topics = config.topics();
    AccessRights rights =
        new AccessRights(admin)
            .topic(topics.miniBatches(), AclOperation.READ, AclOperation.DELETE)
            .topic(topics.snapshots(), AclOperation.READ, AclOperation.WRITE)
            .group(config.application(), AclOperation.DELETE);
    LearnerTopology.changelogs(config).forEach(topic -> rights.topic(topic, AclOperation.DELETE));
    try {
      rights.require();
    } catch (LearnerException e) {
      throw ExitException.failure("Nothing was deleted. " + e.getMessage(), e);
    }
  }

  /**
   * Checks that no instance is running. An instance that was killed, or that has just failed, is a
   * member of the group until its session ends.
   *
   * @param out is told when there are members to wait for
   * @throws ExitException when one is running
   */
  public void requireStopped(PrintStream out) {
    Duration patience = StreamsSettings.timeToLeave(config);
    long deadline = System.nanoTime() + patience.toNanos();
    int members = members();
    if (members > 0) {
      out.printf(
          Locale.ROOT,
          "Application %s has members in its group. An instance that was killed or has failed is one"
              + " for up to %d seconds. Waiting%n",
          config.application(),
          patience.toSeconds());
    }
    while (members > 0 && System.nanoTime() < deadline) {
      KafkaAnswers.pause();
      members = members();
    }
    if (members > 0) {
      throw running(String.format(Locale.ROOT, "%d stream threads", members));
    }
  }

  private int members() {
    String group = config.application();
    try {
      return KafkaAnswers.get(
              Objects.requireNonNull(
                  admin.describeConsumerGroups(List.of(group)).describedGroups().get(group)))
          .members()
          .size();
    } catch (GroupIdNotFoundException e) {
      return 0; // it never ran
    }
  }

  private ExitException running(String why) {
    return ExitException.failure(
        String.format(
            Locale.ROOT,
            "Application %s is running (%s). Stop every instance first",
            config.application(),
            why));
  }

  /** What will be deleted, as lines for the console. */
  public List<String> plan() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "For application %s on Kafka at %s, this deletes:",
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
    lines.add(format("  the training log: topic %s (%s)", topics.miniBatches(), offsetsOfLog()));
    lines.add("  the state: topics " + String.join(", ", changelogs()));
    lines.add(
        String.format(
            Locale.ROOT,
            "  the positions of group %s: the learner starts again with the first record that topic %s still has",
            config.application(),
            topics.examples()));
    lines.add(
        String.format(
            Locale.ROOT,
            "It keeps the events in %s, the costs in %s and the dead letters in %s.",
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
   * The offsets of the training log. Only its ends are read.
   *
   * @throws ExitException when another model needs it
   */
  private String offsetsOfLog() {
    if (!existing.contains(topics.miniBatches())) {
      return "does not exist";
    }
    requireOwnGroupAlone();
    try (Consumer<byte[], byte[]> consumer = clients.reader("reset")) {
      TopicScan log = new TopicScan(consumer, topics.miniBatches());
      log.readEnds(
          LOOKED_AT,
          record -> {
            requireOwn(record);
            return true;
          });
      return log.isEmpty()
          ? "empty"
          : format("offsets %,d to %,d", log.firstOffset(), log.lastOffset());
    }
  }

  private void requireOwn(ConsumerRecord<byte[], byte[]> record) {
    if (!Arrays.equals(record.key(), config.model().name().getBytes(UTF_8))) {
      throw shared(
          String.format(
              Locale.ROOT,
              "%s at offset %d",
              record.key() == null ? "no key" : new String(record.key(), UTF_8),
              record.offset()));
    }
  }

  /** Another application that learns from the log has an offset in it. */
  private void requireOwnGroupAlone() {
    TopicPartition log = new TopicPartition(topics.miniBatches(), 0);
    Map<String, ListConsumerGroupOffsetsSpec> others =
        KafkaAnswers.get(admin.listGroups(ListGroupsOptions.forConsumerGroups()).all()).stream()
            .map(GroupListing::groupId)
            .filter(group -> !group.equals(config.application()))
            .collect(
                Collectors.toMap(
                    group -> group,
                    group -> new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(log))));
    if (others.isEmpty()) {
      return;
    }
    KafkaAnswers.get(admin.listConsumerGroupOffsets(others).all())
        .forEach(
            (group, positions) -> {
              if (positions.get(log) != null) {
                throw shared(String.format(Locale.ROOT, "group %s reads it", group));
              }
            });
  }

  private ExitException shared(String who) {
    return ExitException.failure(
        String.format(
            Locale.ROOT,
            "Topic %s also has mini-batches of another model (%s), and deleting it would stop that model. Give this model another topics.miniBatches instead",
            topics.miniBatches(),
            who));
  }

  /**
   * Deletes everything of the plan. If a reset is interrupted, the application refuses to start or
   * continues as before. It never learns the same events both from the log and from the examples.
   */
  public void perform() {
    Map<String, Runnable> steps = new LinkedHashMap<>();
    steps.put("the positions", this::forgetPositions);
    // The log before the state: a state without its log is refused, a log without its state is not.
    steps.put("the training log", () -> delete(List.of(topics.miniBatches())));
    steps.put("the state", () -> delete(changelogs()));
    steps.put("the snapshots", this::forgetSnapshots);
    List<String> done = new ArrayList<>();
    for (Map.Entry<String, Runnable> step : steps.entrySet()) {
      try {
        step.getValue().run();
        done.add(step.getKey());
      } catch (RuntimeException e) {
        List<String> left = new ArrayList<>(steps.keySet());
        left.removeAll(done);
        throw ExitException.failure(
            format(
                "The reset stopped: %s. Deleted: %s. Not deleted: %s. Run the reset again.",
                e instanceof ExitException exit
                    ? String.join("; ", exit.lines())
                    : KafkaFailure.describe(e),
                done.isEmpty() ? "nothing" : String.join(", ", done),
                String.join(", ", left)));
      }
    }
  }

  private void forgetPositions() {
    try {
      KafkaAnswers.get(admin.deleteConsumerGroups(List.of(config.application())).all());
    } catch (GroupIdNotFoundException e) {
      // It never ran.
    } catch (GroupNotEmptyException e) {
      throw running("an instance has just started");
    }
  }

  private void delete(Collection<String> names) {
    List<String> present = names.stream().filter(existing::contains).toList();
    try {
      KafkaAnswers.get(admin.deleteTopics(present).all());
    } catch (UnknownTopicOrPartitionException e) {
      // Already deleted by somebody else.
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
      throw new InterruptException(e);
    }
  }
}
