package io.millrace.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.example.Reason;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.quality.Prequential;
import io.millrace.learn.quality.Quality;
import io.millrace.learn.quality.ServedQuality;
import io.millrace.testing.Promtool;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The page that Prometheus reads, without a Kafka; with one it is read in {@code MonitoringIT}. */
class TelemetryTest {
  private final Telemetry telemetry = new Telemetry();

  @AfterEach
  void close() {
    telemetry.close();
  }

  @Test
  void shouldKnowEveryReasonAndOutcomeBeforeItOccurs() {
    List<String> page = page();

    for (Reason reason : Reason.values()) {
      assertThat(page)
          .contains("millrace_dead_letters_total{reason=\"%s\"} 0.0".formatted(reason.code()));
    }
    assertThat(page)
        .contains("millrace_examples_total{outcome=\"learned\"} 0.0")
        .contains("millrace_examples_total{outcome=\"rejected\"} 0.0")
        .contains("millrace_batches_total 0.0")
        .contains("millrace_snapshots_total 0.0")
        .noneMatch(line -> line.startsWith("millrace_cost"));
  }

  @Test
  void shouldCountWhatTheLearnerDoes() {
    telemetry.learner().learned(32, 12_000);
    telemetry.learner().learned(8, 300_000);
    telemetry.learner().rejected(Reason.NOT_JSON, 1);
    telemetry.learner().rejected(Reason.DIVERGED, 32);
    telemetry.learner().published();

    assertThat(page())
        .contains("millrace_examples_total{outcome=\"learned\"} 40.0")
        .contains("millrace_examples_total{outcome=\"rejected\"} 33.0")
        .contains("millrace_dead_letters_total{reason=\"not-json\"} 1.0")
        .contains("millrace_dead_letters_total{reason=\"diverged\"} 1.0")
        .contains("millrace_batches_total 2.0")
        .contains("millrace_snapshots_total 1.0")
        .contains("millrace_batch_seconds_bucket{le=\"1.0E-5\"} 0")
        .contains("millrace_batch_seconds_bucket{le=\"2.5E-5\"} 1")
        .contains("millrace_batch_seconds_bucket{le=\"+Inf\"} 2")
        .contains("millrace_batch_seconds_count 2");
  }

  @Test
  void shouldShowTheFiguresThatThereAre() {
    telemetry.show(metrics(7, OptionalDouble.empty(), Optional.empty()), 0.5);
    assertThat(page())
        .contains("millrace_cost 0.25")
        .contains("millrace_cost_smoothed 0.5")
        .contains("millrace_gradient_norm 0.125")
        .contains("millrace_learning_rate 0.1")
        .contains("millrace_model_version 8.0")
        .contains("millrace_drifts_total 0.0")
        .noneMatch(line -> line.startsWith("millrace_accuracy"))
        .noneMatch(line -> line.startsWith("millrace_window"));

    Quality.Reference baseline =
        new Quality.Reference(
            OptionalDouble.of(0.7),
            OptionalDouble.of(0.6),
            OptionalDouble.empty(),
            OptionalDouble.empty());
    Quality quality =
        new Quality(
            1000,
            0.3,
            OptionalDouble.of(0.9),
            OptionalDouble.of(0.95),
            OptionalDouble.of(0.3),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            baseline,
            Quality.Reference.NONE);
    telemetry.show(
        metrics(
            8, OptionalDouble.of(0.75), Optional.of(new Prequential(quality, quality, true, 2))),
        0.4);

    assertThat(page())
        .contains("millrace_accuracy 0.75")
        .contains("millrace_cost_smoothed 0.4")
        .contains("millrace_model_version 9.0")
        .contains("millrace_drifts_total 2.0")
        .contains("millrace_window_cost 0.3")
        .contains("millrace_window_accuracy 0.9")
        .contains("millrace_window_auc 0.95")
        .contains("millrace_window_baseline_accuracy 0.6")
        .contains("millrace_window_baseline_cost 0.7")
        .noneMatch(line -> line.startsWith("millrace_window_no_change"))
        .noneMatch(line -> line.startsWith("millrace_window_rmse"));
  }

  @Test
  void shouldShowWhatWasServed() {
    telemetry.show(metrics(7, OptionalDouble.of(1), Optional.empty()), 0.5);
    assertThat(telemetry.page()).doesNotContain("millrace_served");
    ServedQuality served = new ServedQuality(3, 0.75, OptionalDouble.of(0.5), 2, 5);
    telemetry.show(
        new BatchMetrics(
            8, 3, 9, 0.25, OptionalDouble.of(1), 1, 0.1, 7, Optional.empty(), Optional.of(served)),
        0.5);
    telemetry.learner().labelled();
    telemetry.learner().neverLabelled();
    assertThat(page())
        .contains(
            "millrace_served_cost 0.75",
            "millrace_served_accuracy 0.5",
            "millrace_events_total{outcome=\"labelled\"} 1.0",
            "millrace_events_total{outcome=\"unlabelled\"} 1.0");
  }

  @Test
  void shouldPassThePromtoolOfPrometheus() throws Exception {
    telemetry.show(metrics(7, OptionalDouble.of(1), Optional.empty()), 0.5);

    Promtool.check(telemetry.page());
  }

  private List<String> page() {
    return telemetry.page().lines().toList();
  }

  private static BatchMetrics metrics(
      long version, OptionalDouble accuracy, Optional<Prequential> prequential) {
    return new BatchMetrics(
        version + 1, 32, 32 * (version + 1), 0.25, accuracy, 0.125, 0.1, version, prequential);
  }
}
