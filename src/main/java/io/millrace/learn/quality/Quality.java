package io.millrace.learn.quality;

import java.util.OptionalDouble;

/**
 * How good predictions were over a number of examples, each predicted before it was learned, beside
 * what the simplest predictors reach on the same examples. A figure that does not exist is empty.
 *
 * @param examples the examples that the figures are of, at least 1
 * @param cost the mean loss
 * @param accuracy the share predicted right; empty for regression
 * @param auc the area under the ROC curve, with one sigmoid output: the probability that an example
 *     of class 1 has a greater output than one of class 0, equal ones counting half (Hanley and
 *     McNeil, Radiology 143, 1982). Empty until both classes have been seen
 * @param logLoss the mean of -log of the probability given to the label, with one sigmoid output,
 *     where it is the cost
 * @param mae the mean absolute error over all outputs; regression only
 * @param rmse the root of the mean squared error over all outputs; regression only
 * @param baseline of predicting the frequencies of the classes so far; for regression the mean of
 *     the labels so far
 * @param noChange of predicting the label of the example before, which on many streams is hard to
 *     beat (Bifet et al., "Pitfalls in Benchmarking Data Stream Classification and How to Avoid
 *     Them", 2013)
 */
public record Quality(
    long examples,
    double cost,
    OptionalDouble accuracy,
    OptionalDouble auc,
    OptionalDouble logLoss,
    OptionalDouble mae,
    OptionalDouble rmse,
    Reference baseline,
    Reference noChange) {

  /**
   * The figures of a predictor that a model must beat.
   *
   * @param cost its mean loss, where that is finite by its nature
   * @param accuracy the share that it predicts right; empty for regression
   * @param mae its mean absolute error; regression only
   * @param rmse the root of its mean squared error; regression only
   */
  public record Reference(
      OptionalDouble cost, OptionalDouble accuracy, OptionalDouble mae, OptionalDouble rmse) {
    /** Of a predictor that has not predicted yet. */
    public static final Reference NONE =
        new Reference(
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty());
  }
}
