package io.millrace.learn.quality;

import io.millrace.nn.Scaler;
import java.util.OptionalDouble;
import org.ejml.data.DMatrixRMaj;

/**
 * Of regression. The baseline predicts the mean of the labels before, output by output; it has no
 * prediction for the first mini-batch, and its figures do not include that.
 */
final class RegressionScorer extends Scorer {
  // Figures of an example: half the sum of the squared errors, which is the loss, and the mean of
  // the absolute ones
  private static final int LOSS = 0;
  private static final int BASELINE = 2;
  private static final int NO_CHANGE = 4;
  private static final int ABSOLUTE = 1;

  /** Of the labels, without mini-batches that have one beyond {@link Scaler#LARGEST}. */
  private Scaler labels;

  /** The examples of the first mini-batch. */
  private long firstExamples;

  RegressionScorer(int outputs) {
    super(outputs);
    labels = Scaler.start(outputs);
  }

  @Override
  int figures() {
    return 6;
  }

  @Override
  boolean hasMarks() {
    return false;
  }

  @Override
  boolean hasScores() {
    return false;
  }

  @Override
  boolean score(BatchPredictions predictions, BatchScores scores) {
    double[] mean = labels.mean();
    double spread = spread();
    double[] y = predictions.yt().data;
    for (int i = 0; i < predictions.examples(); i++) {
      int at = i * outputs();
      scores.marks[i] = 0;
      errors(predictions.at().data, at, y, at, scores.figures, LOSS, i);
      // without a prediction the error is 0, and the example is not counted
      boolean isFirst = firstExamples == 0;
      errors(isFirst ? y : mean, isFirst ? at : 0, y, at, scores.figures, BASELINE, i);
      isFirst &= i == 0;
      double[] before = isFirst ? y : labelsBefore(predictions, i);
      errors(before, isFirst ? at : before(i), y, at, scores.figures, NO_CHANGE, i);
      // L / (L + s): it depends on no unit, and is 1/2 where the model is as good as the mean
      scores.badness[i] = 1 - spread / (predictions.losses()[i] + spread);
    }
    return spread > 0;
  }

  /** The cost of predicting the mean of the labels, had it been known. */
  private double spread() {
    double spread = 0;
    for (double variance : labels.variance()) {
      spread += variance / 2;
    }
    return spread;
  }

  private void errors(
      double[] a, int fromA, double[] y, int fromY, double[][] figures, int figure, int i) {
    double squares = 0;
    double absolute = 0;
    for (int k = 0; k < outputs(); k++) {
      double error = a[fromA + k] - y[fromY + k];
      squares += error * error;
      absolute += Math.abs(error);
    }
    figures[figure][i] = squares / 2;
    figures[figure + ABSOLUTE][i] = absolute / outputs();
  }

  @Override
  void learn(DMatrixRMaj yt) {
    if (Scaler.firstTooLarge(yt) < 0) {
      labels.add(yt);
    }
    if (firstExamples == 0) {
      firstExamples = yt.numRows;
    }
    rememberLast(yt);
  }

  @Override
  Quality quality(QualitySums tally, long examplesBefore) {
    long n = tally.examples();
    OptionalDouble none = OptionalDouble.empty();
    return new Quality(
        n,
        tally.sums()[LOSS] / n,
        none,
        none,
        none,
        mean(tally.sums()[LOSS + ABSOLUTE], n),
        rootMeanSquare(tally.sums()[LOSS], n),
        reference(tally, BASELINE, n - Math.max(0, firstExamples - examplesBefore)),
        reference(tally, NO_CHANGE, n - Math.max(0, 1 - examplesBefore)));
  }

  private Quality.Reference reference(QualitySums tally, int figure, long n) {
    return new Quality.Reference(
        mean(tally.sums()[figure], n),
        OptionalDouble.empty(),
        mean(tally.sums()[figure + ABSOLUTE], n),
        rootMeanSquare(tally.sums()[figure], n));
  }

  /** sqrt(sum of squares / (n n2)); the loss is half a sum of squares. */
  private OptionalDouble rootMeanSquare(double losses, long n) {
    return n > 0
        ? OptionalDouble.of(Math.sqrt(2 * losses / n / outputs()))
        : OptionalDouble.empty();
  }

  @Override
  void transfer(StateFields fields) {
    super.transfer(fields);
    firstExamples = fields.count(firstExamples);
    long count = fields.count(labels.count());
    double[] means = labels.mean();
    double[] squares = labels.squares();
    fields.float64(means, 0, means.length);
    fields.float64(squares, 0, squares.length);
    labels = Scaler.resume(count, means, squares);
  }
}
