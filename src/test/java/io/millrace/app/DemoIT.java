package io.millrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.codec.published.CostCodec;
import io.millrace.learn.BatchMetrics;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.IsolationLevel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The demo: all of it in one process, to its end or to somebody's wish. */
@Tag("embedded")
final class DemoIT {
  private static final int FLIGHTS = 100_000;
  private static final int BATCHES = FLIGHTS / 32;
  private static final String FAST = "20000/s";

  /** A partial mini-batch waits by the clock, which stands still for nobody on a busy machine. */
  private static final String NEVER = "training.maxWait=never";

  /** Stops the two in the two ways a person does: kill and Ctrl-C. */
  @Test
  void shouldPublishTheSameCostsInEachRun() throws IOException, InterruptedException {
    List<BatchMetrics> costs;
    String address = TestLearner.freeAddress();
    try (MillraceProcess one = demo(address, "--rate", FAST, "--set", NEVER)) {
      costs = costs(one, address);
      one.terminate();
      assertStoppedWell(one);
    }
    assertThat(costs).hasSize(BATCHES);
    assertThat(costs.get(BATCHES - 1).totalExamples()).isEqualTo(FLIGHTS);

    address = TestLearner.freeAddress();
    try (MillraceProcess other = demo(address, "--rate", FAST, "--set", NEVER)) {
      assertThat(costs(other, address)).containsExactlyElementsOf(costs);
      if (other.ignoresInterrupts()) {
        other.terminate();
      } else {
        other.interrupt();
      }
      assertStoppedWell(other);
    }
  }

  @Test
  void shouldLearnEveryFlightOfOnePassAndSayWhatItLearned() throws IOException {
    MillraceProcess demo =
        demo(TestLearner.freeAddress(), "--until-end", "--rate", FAST, "--set", NEVER);
    assertLearnedEverything(demo);
    assertThat(demo.out()).anyMatch(line -> line.startsWith("Learned 100,000 examples in 3,125 "));
  }

  @Test
  void shouldLearnEveryFlightFromSeveralPartitions() throws IOException {
    assertLearnedEverything(
        demo(
            TestLearner.freeAddress(),
            "--until-end",
            "--rate",
            FAST,
            "--set",
            "topics.partitions=4",
            "--set",
            "training.maxWait=2s"));
  }

  @Test
  void shouldStopAfterTheTimeGiven() throws IOException {
    try (MillraceProcess demo = demo(TestLearner.freeAddress(), "--for", "3s")) {
      assertStoppedWell(demo);
    }
  }

  private static MillraceProcess demo(String address, String... options) {
    String[] args = new String[options.length + 3];
    args[0] = "demo";
    args[1] = "--set";
    args[2] = "kafka.bootstrap.servers=" + address;
    System.arraycopy(options, 0, args, 3, options.length);
    return MillraceProcess.start(args);
  }

  /** What the first pass of the stream taught, all full mini-batches of it. */
  private static List<BatchMetrics> costs(MillraceProcess demo, String address) {
    demo.awaitLine("learns from topic flights on Kafka at " + address);
    try (TestTopics topics = new TestTopics(address)) {
      return topics
          .consume(
              "flights-costs",
              IsolationLevel.READ_COMMITTED,
              records -> records.size() >= BATCHES,
              MillraceProcess.PATIENCE)
          .stream()
          .limit(BATCHES)
          .map(record -> CostCodec.decode(record.value()).metrics())
          .toList();
    }
  }

  private static void assertLearnedEverything(MillraceProcess demo) {
    try (demo) {
      assertStoppedWell(demo);
      assertThat(demo.out())
          .as(demo.toString())
          .anyMatch(
              line ->
                  line.matches(
                      "Learned 100,000 examples in [0-9,]+ mini-batches."
                          + " Topic flights-dead-letters has 0 dead letters."))
          .anyMatch(line -> line.matches("Cost +0\\.\\d{4}; base rate: 0\\.\\d{4}"))
          .anyMatch(
              line ->
                  line.matches(
                      "Accuracy +\\d\\d\\.\\d%; majority class: \\d\\d\\.\\d%; previous label: \\d\\d\\.\\d%"));
    }
  }

  private static void assertStoppedWell(MillraceProcess demo) {
    assertThat(demo.awaitExit(MillraceProcess.PATIENCE.multipliedBy(2)))
        .as(demo.toString())
        .isZero();
    assertThat(demo.complaints()).isEmpty();
  }
}
