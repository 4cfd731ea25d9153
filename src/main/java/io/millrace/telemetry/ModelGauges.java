package io.millrace.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.quality.Prequential;
import io.millrace.learn.quality.Quality;
import io.millrace.learn.quality.ServedQuality;
import java.util.HashSet;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The figures of the newest committed mini-batch, whichever instance learned it. A gauge appears
 * with the first record that has its figure.
 */
final class ModelGauges {
  private final MeterRegistry registry;
  private final Set<String> registered = new HashSet<>();
  private volatile BatchMetrics newest;
  private volatile double smoothedCost;

  ModelGauges(MeterRegistry registry, BatchMetrics first, double smoothedCost) {
    this.registry = registry;
    this.newest = first;
    this.smoothedCost = smoothedCost;
    gauge("cost", "Mean loss of the newest mini-batch, before it was learned", BatchMetrics::cost);
    Gauge.builder("millrace.cost.smoothed", this, gauges -> gauges.smoothedCost)
        .description("Cost, exponentially smoothed over about 100 mini-batches")
        .register(registry);
    gauge(
        "gradient.norm",
        "Euclidean norm of the gradient over all parameters, before clipping",
        BatchMetrics::gradientNorm);
    gauge("learning.rate", "Learning rate of the newest update", BatchMetrics::learningRate);
    gauge("model.version", "Updates in the model", metrics -> metrics.modelVersion() + 1);
    gauge("model.examples", "Examples in the model", BatchMetrics::totalExamples);
    FunctionCounter.builder("millrace.drifts", this, ModelGauges::drifts)
        .description("Drifts detected in the life of the model")
        .register(registry);
    addWhatIsThere();
  }

  private double drifts() {
    return newest.prequential().map(Prequential::drifts).orElse(0L);
  }

  void set(BatchMetrics metrics, double smoothedCost) {
    this.newest = metrics;
    this.smoothedCost = smoothedCost;
    addWhatIsThere();
  }

  private void addWhatIsThere() {
    optional(
        "accuracy",
        "Share of the newest mini-batch that was predicted correctly",
        BatchMetrics::accuracy);
    served("cost", "mean loss", served -> OptionalDouble.of(served.cost()));
    served("accuracy", "share predicted correctly", ServedQuality::accuracy);
    window("cost", "mean loss", quality -> OptionalDouble.of(quality.cost()));
    window("accuracy", "share predicted correctly", Quality::accuracy);
    window("auc", "area under the ROC curve", Quality::auc);
    window("log.loss", "log-loss", Quality::logLoss);
    window("mae", "mean absolute error", Quality::mae);
    window("rmse", "root mean squared error", Quality::rmse);
    reference("baseline", "by the class frequencies or the mean", Quality::baseline);
    reference("no.change", "by the previous label", Quality::noChange);
  }

  private void reference(String name, String means, Function<Quality, Quality.Reference> of) {
    window(name + ".cost", "mean loss " + means, quality -> of.apply(quality).cost());
    window(name + ".accuracy", "share predicted correctly " + means, q -> of.apply(q).accuracy());
    window(name + ".mae", "mean absolute error " + means, q -> of.apply(q).mae());
    window(name + ".rmse", "root mean squared error " + means, q -> of.apply(q).rmse());
  }

  private void window(String name, String means, Function<Quality, OptionalDouble> figure) {
    optional(
        "window." + name,
        "Over the evaluation window: " + means,
        metrics ->
            metrics
                .prequential()
                .map(p -> figure.apply(p.window()))
                .orElse(OptionalDouble.empty()));
  }

  private void served(String name, String means, Function<ServedQuality, OptionalDouble> figure) {
    optional(
        "served." + name,
        "Of the predictions that were served for the examples of the newest mini-batch: " + means,
        metrics -> metrics.served().map(figure).orElse(OptionalDouble.empty()));
  }

  private void optional(
      String name, String description, Function<BatchMetrics, OptionalDouble> figure) {
    if (!registered.contains(name) && figure.apply(newest).isPresent()) {
      registered.add(name);
      gauge(name, description, metrics -> figure.apply(metrics).orElse(Double.NaN));
    }
  }

  private void gauge(String name, String description, ToDoubleFunction<BatchMetrics> figure) {
    Gauge.builder("millrace." + name, this, gauges -> figure.applyAsDouble(gauges.newest))
        .description(description)
        .strongReference(true)
        .register(registry);
  }
}
