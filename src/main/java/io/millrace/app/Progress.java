package io.millrace.app;

import io.millrace.learn.BatchCost;
import io.millrace.learn.Lesson;

/**
 * What the costs topic has told so far. Figures are prequential: each batch was tested before it
 * was learned. Thread-safe.
 */
final class Progress {
  /** The weight of the past in the smoothed cost, a batch. */
  private static final double KEPT = 0.99;

  private long batches;
  private long examples;
  private long totalExamples;
  private long modelVersion;
  private double costSum;
  private double costWeight;
  private double lossSum;
  private double right;
  private boolean classifies;

  /**
   * The figures at one moment.
   *
   * @param batches the mini-batches seen
   * @param examples the examples in them
   * @param totalExamples the examples in the model
   * @param modelVersion the updates in the model
   * @param cost the smoothed cost, exponentially weighted over about 100 batches; NaN before the
   *     first
   * @param meanCost the mean loss of the examples seen; NaN before the first
   * @param accuracy the share of the examples seen that were predicted right; NaN for regression
   */
  record Figures(
      long batches,
      long examples,
      long totalExamples,
      long modelVersion,
      double cost,
      double meanCost,
      double accuracy) {}

  synchronized void add(BatchCost cost) {
    Lesson lesson = cost.lesson();
    batches++;
    examples += lesson.examples();
    lossSum += lesson.cost() * lesson.examples();
    totalExamples = lesson.totalExamples();
    modelVersion = lesson.modelVersion() + 1;
    costSum = KEPT * costSum + (1 - KEPT) * lesson.cost();
    costWeight = KEPT * costWeight + (1 - KEPT);
    classifies |= lesson.accuracy().isPresent();
    right += lesson.accuracy().orElse(0) * lesson.examples();
  }

  synchronized Figures figures() {
    return new Figures(
        batches,
        examples,
        totalExamples,
        modelVersion,
        costSum / costWeight,
        lossSum / examples,
        classifies ? right / examples : Double.NaN);
  }
}
