package io.millrace.learn;

import java.util.OptionalDouble;
import org.ejml.data.DMatrixRMaj;

/**
 * Of regression. The baseline predicts the mean of the labels before, output by output; it has
 * nothing to say on the first mini-batch, and its figures are without that.
 */
final class RegressionExaminer extends Examiner {
  // Figures of an example: half the sum of the squared errors, which is the loss, and the mean of
  // the absolute ones
  private static final int LOSS = 0;
  private static final int BASELINE = 2;
  private static final int NO_CHANGE = 4;
  private static final int ABSOLUTE = 1;

  /** Of the labels, without mini-batches that have one beyond {@link Scaler#LARGEST}. */
  private Scaler labels;

  private double[] mean;

  /** The cost of predicting the mean of the labels, had it been known. */
  private double spread;

  /** The examples of the first mini-batch. */
  private long firstExamples;

  RegressionExaminer(int outputs) {
    super(outputs);
    labels = Scaler.start(outputs);
    mean = labels.mean();
  }

  @Override
  int figures() {
    return 6;
  }

  @Override
  boolean marks() {
    return false;
  }

  @Override
  boolean scores() {
    return false;
  }

  @Override
  void begin() {
    mean = labels.mean();
    spread = 0;
    for (double variance : labels.variance()) {
      spread += variance / 2;
    }
  }

  @Override
  int examine(Answers answers, int i, double[] figures) {
    int at = i * outputs();
    double[] y = answers.yt().data;
    errors(answers.at().data, at, y, at, figures, LOSS);
    if (firstExamples > 0) {
      errors(mean, 0, y, at, figures, BASELINE);
    }
    if (firstExamples > 0 || i > 0) {
      errors(labelsBefore(answers, i), before(i), y, at, figures, NO_CHANGE);
    }
    return 0;
  }

  private void errors(double[] a, int fromA, double[] y, int fromY, double[] figures, int figure) {
    double squares = 0;
    double absolute = 0;
    for (int k = 0; k < outputs(); k++) {
      double error = a[fromA + k] - y[fromY + k];
      squares += error * error;
      absolute += Math.abs(error);
    }
    figures[figure] = squares / 2;
    figures[figure + ABSOLUTE] = absolute / outputs();
  }

  /**
   * L / (L + s) of the loss L, s being the cost of predicting the mean of the labels: 1/2 where the
   * model is as good as that. It depends on no unit.
   */
  @Override
  double badness(Answers answers, int i) {
    double loss = answers.losses()[i];
    return spread > 0 ? 1 - spread / (loss + spread) : Double.NaN;
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
  Quality quality(Tally tally, long examplesBefore) {
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

  private Quality.Reference reference(Tally tally, int figure, long n) {
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
