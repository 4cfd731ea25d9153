package io.millrace.app.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.learn.BatchCost;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.LogPosition;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class LogDensityTest {
  private final LogDensity density = new LogDensity(64);

  @Test
  void shouldAssumeFullMiniBatchesUntilItKnowsMore() {
    assertThat(density.examplesPerOffset()).isEqualTo(64);
    density.add(cost(0, 10));
    assertThat(density.examplesPerOffset()).isEqualTo(64);
  }

  /** Every mini-batch has ten examples, and every other offset is the end of a transaction. */
  @Test
  void shouldCountTheEndsOfTransactionsAndPartialMiniBatches() {
    for (int i = 0; i < 1000; i++) {
      density.add(cost(2L * i, 10L * (i + 1)));
    }
    assertThat(density.examplesPerOffset()).isEqualTo(5);
  }

  @Test
  void shouldBeginAgainWithAnotherLog() {
    density.add(cost(100, 1000));
    density.add(cost(200, 2000));
    density.add(cost(0, 8));
    density.add(cost(1, 16));
    assertThat(density.examplesPerOffset()).isEqualTo(8);
  }

  private static BatchCost cost(long offset, long totalExamples) {
    BatchMetrics metrics =
        new BatchMetrics(
            1, 10, totalExamples, 0.5, OptionalDouble.empty(), 1, 0.1, 0, Optional.empty());
    return new BatchCost("m", metrics, new LogPosition("log", 0, offset), Instant.EPOCH);
  }
}
