package io.millrace.app.show;

import io.millrace.learn.BatchMetrics;
import java.util.Optional;

/**
 * The progress of the learner, from the costs topic. The figures are prequential: each mini-batch
 * was predicted before it was learned. Thread-safe.
 */
public final class Progress {
  /** The decay of the smoothed cost per mini-batch. */
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

  /** The cost, exponentially weighted over about 100 mini-batches; NaN before the first. */
  synchronized double smoothedCost() {
    return costSum / costWeight;
  }
}
