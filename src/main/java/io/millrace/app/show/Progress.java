package io.millrace.app.show;

import io.millrace.learn.BatchMetrics;
import java.util.Optional;

/**
 * How far the learner is, as the costs topic tells it. Figures are prequential: each batch was
 * tested before it was learned. Thread-safe.
 */
public final class Progress {
  /** The weight of the past in the smoothed cost, a batch. */
  private static final double KEPT = 0.99;

  private Optional<BatchMetrics> newest = Optional.empty();
  private double costSum;
  private double costWeight;

  synchronized void add(BatchMetrics metrics) {
    newest = Optional.of(metrics);
    costSum = KEPT * costSum + (1 - KEPT) * metrics.cost();
    costWeight = KEPT * costWeight + (1 - KEPT);
  }

  /** The newest record; empty before the first. */
  public synchronized Optional<BatchMetrics> newest() {
    return newest;
  }

  /** The cost, exponentially weighted over about 100 batches; NaN before the first. */
  synchronized double smoothedCost() {
    return costSum / costWeight;
  }
}
