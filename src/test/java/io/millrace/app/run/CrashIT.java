package io.millrace.app.run;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} at random moments while examples arrive: the costs and the model are, to the last
 * bit, those of a life without any.
 *
 * <p>With one partition that life is another learner's, on the same examples topic. With several,
 * the order of the log is the work of chance, so it is the log that is learned again. The moments
 * come from a seed: it is printed, and {@code -Dmillrace.crash.seed=N} repeats it.
 *
 * <p>{@code mvn verify} runs the short form, {@code mvn verify -Pcrash} the long one.
 */
@WithKafka
final class CrashIT {
  private static final String SEED = "millrace.crash.seed";
  private static final int SIGKILL = 128 + 9;
  private static final int BATCH_SIZE = 8;
  private static final int SNAPSHOT_EVERY = 20;
  private static final Duration PATIENCE = MillraceProcess.PATIENCE;

  private static final String YAML =
      """
      model:
        inputs: %d
        hidden: %d
      training:
        batchSize: 8
        maxWait: never
        optimizer: adam
        learningRate: {initial: 0.01, decay: 0.0001}
        scaling: standard
      publish:
        snapshotEvery: 20
        snapshotInterval: 1h
      """;

  /** When in its life a learner is killed. */
  private enum Moment {
    /** While the JVM starts, the topics are checked, the group is joined. */
    START("", 4_000),
    /** While the state is read back. */
    RESTORE("Handle new assignment", 300),
    /** While it learns, what waited for it at first. The first cost that it writes starts it. */
    LEARN("continues from version", 3_000),
    /** Deep in its life: thousands of mini-batches and a hundred commits after its start. */
    DEEP("continues from version", 3_000);

    private final String line;
    private final int withinMillis;

    Moment(String line, int withinMillis) {
      this.line = line;
      this.withinMillis = withinMillis;
    }

    /** How many costs it writes first; what a transaction adds counts with them. */
    int costs() {
      return switch (this) {
        case START, RESTORE -> 0;
        case LEARN -> 1;
        case DEEP -> 2_000;
      };
    }
  }

  private static final List<Moment> LONG_ONE =
      moments("LEARN START RESTORE LEARN DEEP START LEARN RESTORE LEARN DEEP");
  private static final List<Moment> LONG_FOUR =
      moments("LEARN RESTORE LEARN START DEEP RESTORE START DEEP RESTORE LEARN");
  private static final List<Moment> LONG_WIDE = moments("LEARN RESTORE LEARN LEARN");
  private static final List<Moment> LONG_BOTH = moments("LEARN START RESTORE LEARN");

  @TempDir private Path folder;
  private long seed;
  private SplittableRandom random;
  private String repeat;

  @BeforeEach
  void seed(TestInfo test) {
    seed = Long.getLong(SEED, System.nanoTime() % 1_000_000);
    String method = test.getTestMethod().orElseThrow().getName();
    random = new SplittableRandom(seed + method.hashCode());
    repeat =
        "repeat with: mvn -B verify %s-Dit.test=CrashIT#%s -D%s=%d"
            .formatted(test.getTags().contains("long") ? "-Pcrash " : "", method, SEED, seed);
    say(repeat);
  }

  private static void say(String line) {
    System.out.println("[CrashIT] " + line);
  }

  /** What a test does; its failure says how to repeat it. */
  private interface Body {
    void run() throws IOException;
  }

  private void repeatable(Body body) throws IOException {
    try {
      body.run();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(e.getMessage() + System.lineSeparator() + repeat, e);
    }
  }

  @Test
  void shouldLearnTheSameWithOnePartition(KafkaUnderTest kafka, TestTopics topics)
      throws IOException {
    repeatable(
        () ->
            killLearner(kafka, topics, new Shape(1, 5, 6, 1_000), moments("LEARN RESTORE START")));
  }

  @Test
  void shouldLearnTheSameWithFourPartitions(KafkaUnderTest kafka, TestTopics topics)
      throws IOException {
    repeatable(
        () -> killLearner(kafka, topics, new Shape(4, 5, 6, 1_000), moments("LEARN RESTORE")));
  }

  @Tag("long")
  @Test
  void shouldLearnTheSameWithOnePartitionForLong(KafkaUnderTest kafka, TestTopics topics)
      throws IOException {
    repeatable(() -> killLearner(kafka, topics, new Shape(1, 30, 16, 1_500), LONG_ONE));
  }

  @Tag("long")
  @Test
  void shouldLearnTheSameWithFourPartitionsForLong(KafkaUnderTest kafka, TestTopics topics)
      throws IOException {
    repeatable(() -> killLearner(kafka, topics, new Shape(4, 30, 16, 1_500), LONG_FOUR));
  }

  /** A state of 2.9 MB, in six pieces. */
  @Tag("long")
  @Test
  void shouldLearnTheSameWithAWideModel(KafkaUnderTest kafka, TestTopics topics)
      throws IOException {
    repeatable(() -> killLearner(kafka, topics, new Shape(1, 400, 300, 100), LONG_WIDE));
  }

  @Tag("long")
  @Test
  void shouldLearnTheSameThoughTheBrokerIsKilled() throws IOException {
    repeatable(() -> killBroker(new Shape(4, 5, 6, 1_000), 6));
  }

  @Tag("long")
  @Test
  void shouldLearnTheSameWithTheBrokerInItsProcess() throws IOException {
    repeatable(() -> killBoth(new Shape(1, 5, 6, 1_000), LONG_BOTH));
  }

  /** Each of them happens, or its test fails. */
  @Tag("long")
  @Test
  void shouldKillTheLearnerOftenEnough() {
    List<Moment> all =
        Stream.of(LONG_ONE, LONG_FOUR, LONG_WIDE, LONG_BOTH).flatMap(List::stream).toList();
    assertThat(all).hasSizeGreaterThanOrEqualTo(25).contains(Moment.values());
  }

  private static List<Moment> moments(String names) {
    return List.of(names.split(" ")).stream().map(Moment::valueOf).toList();
  }

  private record Shape(int partitions, int inputs, int hidden, int examplesPerSecond) {
    TestLearner learner(Path folder, String address) throws IOException {
      return TestLearner.of(folder, address, partitions, YAML.formatted(inputs, hidden));
    }

    /** Full mini-batches from every partition, and a snapshot after the last. */
    int unit() {
      return partitions * BATCH_SIZE * SNAPSHOT_EVERY;
    }
  }

  private void killLearner(
      KafkaUnderTest kafka, TestTopics topics, Shape shape, List<Moment> moments)
      throws IOException {
    TestLearner learner = shape.learner(folder, kafka.bootstrapServers());
    learner.run().close(); // creates the topics; a first kill
    try (ExampleFeed feed = feed(learner, kafka.bootstrapServers(), shape)) {
      say("%d kills at %s".formatted(moments.size(), moments));
      for (Moment moment : moments) {
        try (MillraceProcess life = learner.start("run", "--verbose")) {
          killAt(moment, life, learner, kafka.bootstrapServers());
        }
      }
      try (MillraceProcess last = learner.run()) {
        check(learner, feed.finish(shape.unit()), topics, shape, kafka.bootstrapServers());
        last.terminate();
        last.awaitExit();
      }
    }
  }

  private static ExampleFeed feed(TestLearner learner, String address, Shape shape) {
    return ExampleFeed.start(
        learner, address, shape.partitions(), shape.inputs(), shape.examplesPerSecond());
  }

  private void killAt(Moment moment, MillraceProcess life, TestLearner learner, String address) {
    if (!moment.line.isEmpty()) {
      life.awaitErrorLine(moment.line, PATIENCE);
    }
    if (moment.costs() > 0) {
      try (TestTopics topics = new TestTopics(address)) {
        awaitCosts(moment.costs(), learner, topics, life);
      }
    }
    int delay = random.nextInt(moment.withinMillis);
    pause(delay);
    List<String> before = life.err();
    life.kill();
    int code = life.awaitExit();
    if (code != SIGKILL) {
      throw new AssertionError("Ended by itself, with %d: %s".formatted(code, life));
    }
    String progress =
        before.stream()
            .filter(line -> line.contains("continues from version"))
            .reduce((first, second) -> second)
            .map(line -> line.replaceFirst(".*TrainProcessor: ", ""))
            .orElse("not learning yet");
    say("killed at %s + %d ms: %s".formatted(moment, delay, progress));
  }

  private static void pause(int millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private void check(
      TestLearner learner, ExampleFeed.Sent sent, TestTopics topics, Shape shape, String address)
      throws IOException {
    int examples = sent.good().size();
    say("%d examples, %d others".formatted(examples, sent.bad().size()));
    LearnedOnce learned = new LearnedOnce(learner, topics, BATCH_SIZE);
    learned.check(sent);
    if (shape.partitions() > 1) {
      learned.checkReplay(examples);
      return;
    }
    TestLearner uninterrupted = shape.learner(folder, address);
    try (MillraceProcess run =
        uninterrupted.run("--set", "topics.examples=" + learner.examples())) {
      learned.checkEqual(uninterrupted, examples);
      run.terminate();
      run.awaitExit();
    }
  }

  /** The broker lives in a learner's process that has another application. */
  private void killBroker(Shape shape, int kills) throws IOException {
    String address = TestLearner.freeAddress();
    TestLearner host = shape.learner(folder, address);
    String data = "--embedded-broker=" + folder.resolve("data");
    TestLearner learner = shape.learner(folder, address);
    MillraceProcess broker = host.run(data);
    try (MillraceProcess life = learner.run("--verbose");
        TestTopics topics = new TestTopics(address);
        ExampleFeed feed = feed(learner, address, shape)) {
      life.awaitErrorLine("continues from version", PATIENCE);
      for (int i = 0; i < kills; i++) {
        pause(random.nextInt(3_000));
        broker.kill();
        broker.awaitExit();
        int away = random.nextInt(4_000);
        pause(away);
        broker = host.run(data);
        long since = System.nanoTime();
        awaitCosts(1, learner, topics, life);
        say(
            "broker killed, away for %d ms; the learner went on %d ms after it was back"
                .formatted(away, (System.nanoTime() - since) / 1_000_000));
      }
      check(learner, feed.finish(shape.unit()), topics, shape, address);
    } finally {
      broker.close();
    }
  }

  /** Waits for this many more costs than there are now; as long as there are more. */
  private static void awaitCosts(
      int more, TestLearner learner, TestTopics topics, MillraceProcess life) {
    long since = System.nanoTime();
    long before = written(learner, topics);
    long last = before;
    while (last < before + more) {
      long now = written(learner, topics);
      if (now > last) {
        last = now;
        since = System.nanoTime();
      }
      if (!life.isAlive() || System.nanoTime() - since > PATIENCE.toNanos()) {
        throw new AssertionError("The learner does not go on: " + life);
      }
      pause(50);
    }
  }

  private static long written(TestLearner learner, TestTopics topics) {
    return topics.endOffsets(learner.costs()).getOrDefault(0, 0L);
  }

  private void killBoth(Shape shape, List<Moment> moments) throws IOException {
    String address = TestLearner.freeAddress();
    TestLearner learner = shape.learner(folder, address);
    String data = "--embedded-broker=" + folder.resolve("data");
    learner.run(data).close();
    try (ExampleFeed feed = feed(learner, address, shape)) {
      say("%d kills at %s".formatted(moments.size(), moments));
      for (Moment moment : moments) {
        try (MillraceProcess life = learner.start("run", data, "--verbose")) {
          killAt(moment, life, learner, address);
        }
      }
      try (MillraceProcess last = learner.run(data);
          TestTopics topics = new TestTopics(address)) {
        check(learner, feed.finish(shape.unit()), topics, shape, address);
        last.terminate();
        last.awaitExit();
      }
    }
  }
}
