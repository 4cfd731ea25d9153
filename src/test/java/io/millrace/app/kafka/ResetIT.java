package io.millrace.app.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.learn.BatchCost;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code reset} deletes what was learned, and nothing that was sent. */
@WithKafka
final class ResetIT {
  private static final int FAILURE = 1;
  private static final int USAGE = 2;
  private static final int BATCH_SIZE = 8;
  private static final int BATCHES = 40;
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      training:
        batchSize: 8
        maxWait: never
      publish:
        snapshotEvery: 20
        snapshotInterval: 1h
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;
  private TestLearner learner;

  ResetIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  @BeforeEach
  void writeConfiguration() throws IOException {
    learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
  }

  @Test
  void shouldBeginAnewWithEveryExampleOfTheTopic() {
    try (MillraceProcess run = learner.run()) {
      learn(learner, BATCHES);

      assertEnds(FAILURE, learner.start("reset", "--yes"), "is running", "Stop every instance");
      assertThat(run.isAlive()).isTrue();
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
    MillraceProcess unasked = learner.start("reset");
    assertEnds(USAGE, unasked, "Nothing was deleted", "--yes");
    assertThat(String.join("\n", unasked.out()))
        .contains(
            "version 40 with 320 examples",
            learner.miniBatches() + " (offsets 0 to ",
            learner.name() + "-model-changelog",
            learner.name() + "-partial-batch-changelog",
            "keeps the events in " + learner.examples());
    assertEnds(0, learner.model("show"), "40 updates");

    assertEnds(0, learner.start("reset", "--yes"), "Deleted.");

    assertEnds(FAILURE, learner.model("show"), "has no snapshot of model");
    // A changed model would have been refused before, and it reads every example again.
    try (MillraceProcess run = learner.run("--set", "model.hidden=5")) {
      List<BatchCost> costs = learner.costs(topics, 2 * BATCHES);
      assertThat(costs.subList(BATCHES, 2 * BATCHES))
          .extracting(cost -> cost.metrics().batch())
          .containsExactlyElementsOf(LongStream.rangeClosed(1, BATCHES).boxed().toList());
      learner.snapshots(topics, 5); // two, the tombstone, two
      assertEnds(
          0, learner.start("replay", "--set", "model.hidden=5"), "version 40, from 320 examples");
      assertEnds(0, learner.model("list"), "40");
      assertThat(run.isAlive()).isTrue();
      // The deleted snapshots of the other shape come before their deletion in the topic.
      assertThat(run.complaints()).as(run.toString()).isEmpty();
    }
  }

  /** The topic takes no record for the last step, the deletion of the snapshots. */
  @Test
  void shouldSayWhatItHasDoneAndWhatIsLeft() {
    try (MillraceProcess run = learner.run()) {
      learn(learner, BATCHES);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
    topics.alterConfig(learner.snapshots(), Map.of("max.message.bytes", "1"));

    assertEnds(
        FAILURE,
        learner.start("reset", "--yes"),
        "The reset stopped: ",
        "Deleted: the positions, the training log, the state. Not deleted: the snapshots.",
        "Run the reset again");

    topics.alterConfig(learner.snapshots(), Map.of("max.message.bytes", "1048588"));
    assertEnds(0, learner.start("reset", "--yes"), "Deleted.");
    assertEnds(FAILURE, learner.model("show"), "has no snapshot of model");
  }

  @Test
  void shouldHaveNothingToForgetBeforeTheFirstRun() {
    assertEnds(0, learner.start("reset", "--yes"), "not published yet", "Deleted.");
  }

  @Test
  void shouldLeaveALogAloneThatAnotherModelNeeds() {
    try (MillraceProcess run = learner.run()) {
      learn(learner, BATCHES);
      assertThat(run.isAlive()).isTrue();
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
    topics.produce(learner.miniBatches(), 0, "ships".getBytes(UTF_8), new byte[1], Map.of());

    assertEnds(
        FAILURE, learner.start("reset", "--yes"), "mini-batches of another model (ships at offset");

    assertEnds(0, learner.model("show"), "40 updates");
    assertEnds(0, learner.start("replay"), "equals the snapshot");
  }

  @Test
  void shouldLeaveALogAloneThatAnotherApplicationReads() {
    try (MillraceProcess run = learner.run()) {
      learn(learner, BATCHES);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
    String other = TestTopics.unique("other");
    topics.setOffset(other, learner.miniBatches(), 5);

    assertEnds(FAILURE, learner.start("reset", "--yes"), "group " + other + " reads it");

    assertEnds(0, learner.model("show"), "40 updates");
  }

  private void learn(TestLearner learner, int batches) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < batches * BATCH_SIZE; i++) {
      SplittableRandom random = new SplittableRandom(i);
      double x = random.nextDouble(-1, 3);
      double y = random.nextDouble(-9, 9);
      String example = "{\"features\":[%s,%s],\"label\":%d}".formatted(x, y, x > y ? 1 : 0);
      records.add(new ProducerRecord<>(learner.examples(), example.getBytes(UTF_8)));
    }
    topics.produce(records);
    assertThat(learner.costs(topics, batches)).hasSize(batches);
    learner.snapshots(topics, batches / 20);
  }

  private static void assertEnds(int code, MillraceProcess process, String... words) {
    try (process) {
      assertThat(process.awaitExit()).as(process.toString()).isEqualTo(code);
      assertThat(String.join("\n", process.out()) + "\n" + String.join("\n", process.err()))
          .contains(words);
    }
  }
}
