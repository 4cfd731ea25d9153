package io.millrace.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.millrace.learn.BatchCost;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The well-known planar ("flower") exercise, 2000 updates on the same 400 points, through files,
 * topics and processes: the reference costs come out at the other end.
 */
@WithKafka
final class PlanarIT {
  private static final Path PLANAR = Path.of("src/test/resources/planar").toAbsolutePath();
  private static final int UPDATES = 2000;
  private static final double RELATIVE_ERROR = 1e-9;

  @Test
  void shouldReproduceTheReferenceCosts(
      @TempDir Path folder, KafkaUnderTest kafka, TestTopics topics) throws IOException {
    TestLearner learner =
        TestLearner.of(
            folder,
            kafka.bootstrapServers(),
            """
            model:
              inputs: 2
              hidden: 4
              activation: tanh
              output: sigmoid
              initialParameters: %s
            training:
              batchSize: 400
              maxWait: never
              learningRate: 1.2
            """
                .formatted(PLANAR.resolve("planar-initial-parameters.json")));

    List<BatchCost> costs;
    try (MillraceProcess run = learner.run()) {
      try (MillraceProcess feed =
          MillraceProcess.start(
              "feed",
              PLANAR.resolve("planar.csv").toString(),
              "--config",
              learner.config().toString(),
              "--repeat",
              Integer.toString(UPDATES + 1))) {
        costs = learner.costs(topics, UPDATES + 1); // 800,000 examples: as long as there are more
        assertThat(feed.awaitExit()).as(feed.toString()).isZero();
      }
    }

    assertThat(costs).hasSize(UPDATES + 1);
    List<String> references = Files.readAllLines(PLANAR.resolve("planar-costs.csv"));
    for (String reference : references.subList(1, references.size())) {
      String[] cells = reference.split(",", -1); // updates, cost, accuracy
      BatchCost cost = costs.get(Integer.parseInt(cells[0]));
      assertThat(cost.metrics().batch()).isEqualTo(Long.parseLong(cells[0]) + 1);
      assertThat(cost.metrics().modelVersion()).isEqualTo(Long.parseLong(cells[0]));
      assertThat(cost.metrics().cost())
          .as("cost after %s updates", cells[0])
          .isCloseTo(Double.parseDouble(cells[1]), withinPercentage(100 * RELATIVE_ERROR));
      assertThat(cost.metrics().accuracy()).hasValue(Double.parseDouble(cells[2]));
    }
    assertThat(references).last().asString().startsWith(UPDATES + ",");
  }
}
