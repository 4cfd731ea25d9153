package io.millrace.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Await;
import io.millrace.testing.ExampleFeed;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.LearnedOnce;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes of one application share the partitions of the examples; either one may be killed,
 * and the other goes on.
 */
@WithKafka
final class TwoInstancesIT {
  private static final int PARTITIONS = 4;
  private static final int BATCH_SIZE = 8;
  private static final int UNIT = PARTITIONS * BATCH_SIZE * 20;

  /** Says that this process trains now: its last word about it, and the other's was before. */
  private static final String TRAINS = "continues from version";

  /** What Kafka Streams says of a standby of the train task, the only one of sub-topology 1. */
  private static final String MODEL_STANDBY = "standby-task [1_0] ";

  /** The session of six seconds, and time for a busy machine. */
  private static final Duration TAKEOVER = MillraceProcess.PATIENCE;

  private static final String YAML =
      """
      model:
        inputs: 3
        hidden: 4
      training:
        batchSize: 8
        maxWait: never
        optimizer: adam
        learningRate: 0.01
        scaling: standard
      publish:
        snapshotEvery: 20
        snapshotInterval: 1h
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;

  TwoInstancesIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  @Test
  void shouldGoOnWithoutTheOneThatTrains() throws IOException {
    killOneOfTwo(true, 0);
  }

  @Test
  void shouldGoOnWithoutTheOneThatOnlyReads() throws IOException {
    killOneOfTwo(false, 0);
  }

  /** The survivor has followed the state of the one that trained, and works on with its copy. */
  @Test
  void shouldGoOnFromItsStandbys() throws IOException {
    killOneOfTwo(true, 1);
  }

  private void killOneOfTwo(boolean killTheTrainer, int standbys) throws IOException {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), PARTITIONS, YAML);
    String[] options = {"--verbose", "--set", "kafka.num.standby.replicas=" + standbys};
    try (MillraceProcess one = learner.run(options);
        MillraceProcess other = learner.run(options);
        ExampleFeed feed =
            ExampleFeed.start(learner, kafka.bootstrapServers(), PARTITIONS, 3, 1_000)) {
      Await.until("both read examples", MillraceProcess.PATIENCE, () -> bothRead(learner));
      awaitCosts(learner, 50, MillraceProcess.PATIENCE); // whoever trains now has said so
      if (standbys > 0) { // the train task may still move from the one to the other
        Await.until(
            "the one that does not train follows the model",
            MillraceProcess.PATIENCE,
            () -> follows(goesOnLast(one, other) == one ? other : one));
      }
      MillraceProcess trainer = goesOnLast(one, other);
      MillraceProcess reader = trainer == one ? other : one;
      MillraceProcess victim = killTheTrainer ? trainer : reader;
      MillraceProcess survivor = victim == one ? other : one;
      long takenBefore = taken(survivor);

      victim.kill();
      victim.awaitExit();
      long killedAt = System.nanoTime();
      awaitSurvivorHasAll(learner);
      awaitCosts(learner, 200, TAKEOVER); // more than was under way
      System.out.printf(
          "[TwoInstancesIT] killed the one that %s, with %d standby replicas: 200 costs later after"
              + " %d ms, the longest pause between two costs %d ms%n",
          killTheTrainer ? "trains" : "only reads",
          standbys,
          (System.nanoTime() - killedAt) / 1_000_000,
          longestPause(learner));
      assertThat(survivor.isAlive()).as(survivor.toString()).isTrue();
      assertThat(taken(survivor) - takenBefore)
          .as("standbys of the model that became the model: %s", survivor)
          .isEqualTo(standbys);

      ExampleFeed.Sent sent = feed.finish(UNIT);
      LearnedOnce learned = new LearnedOnce(learner, topics, BATCH_SIZE);
      learned.check(sent);
      learned.checkReplay(sent.good().size());
      survivor.terminate();
      assertThat(survivor.awaitExit()).as(survivor.toString()).isZero();
      assertThat(survivor.err())
          .as("a metric of the one may not shut out the other's")
          .noneMatch(line -> line.contains("InstanceAlreadyExists"));
    }
  }

  private static boolean follows(MillraceProcess process) {
    return count(process, MODEL_STANDBY + "Initialized") > taken(process);
  }

  /** How often a standby of the model was made the one that trains, in this process. */
  private static long taken(MillraceProcess process) {
    return count(process, MODEL_STANDBY + "Closed and recycled state");
  }

  private static long count(MillraceProcess process, String text) {
    return process.err().stream().filter(line -> line.contains(text)).count();
  }

  /** Over all that is committed now. */
  private long longestPause(TestLearner learner) {
    List<Long> times =
        learner.costs(topics, 1).stream().map(cost -> cost.timestamp().toEpochMilli()).toList();
    long longest = 0;
    for (int i = 1; i < times.size(); i++) {
      longest = Math.max(longest, times.get(i) - times.get(i - 1));
    }
    return longest;
  }

  /**
   * Whether two processes, of two threads each, have the four partitions, two each; and the log.
   */
  private boolean bothRead(TestLearner learner) {
    List<List<Integer>> assigned =
        List.copyOf(topics.assignment(learner.name(), learner.examples()).values());
    return topics.assignment(learner.name(), learner.miniBatches()).values().stream()
            .anyMatch(log -> !log.isEmpty())
        && assigned.size() == 4
        && assigned.stream().mapToInt(List::size).sum() == PARTITIONS
        && assigned.stream().filter(partitions -> !partitions.isEmpty()).count() >= 3;
  }

  private void awaitSurvivorHasAll(TestLearner learner) {
    Await.until(
        "the survivor reads every partition",
        TAKEOVER,
        () -> {
          List<List<Integer>> assigned =
              List.copyOf(topics.assignment(learner.name(), learner.examples()).values());
          return assigned.size() == 2 && assigned.stream().mapToInt(List::size).sum() == PARTITIONS;
        });
  }

  /** The train task moves when the second process joins; whoever had it last has it. */
  private static MillraceProcess goesOnLast(MillraceProcess one, MillraceProcess other) {
    return lastWord(one).compareTo(lastWord(other)) > 0 ? one : other;
  }

  /** The time of it, which is the start of the line; empty where the process never trained. */
  private static String lastWord(MillraceProcess process) {
    return process.err().stream()
        .filter(line -> line.contains(TRAINS))
        .reduce("", (before, last) -> last);
  }

  private void awaitCosts(TestLearner learner, int more, Duration patience) {
    long before = costsEnd(learner);
    Await.until(more + " more costs", patience, () -> costsEnd(learner) >= before + more);
  }

  private long costsEnd(TestLearner learner) {
    return topics.endOffsets(learner.costs()).getOrDefault(0, 0L);
  }
}
