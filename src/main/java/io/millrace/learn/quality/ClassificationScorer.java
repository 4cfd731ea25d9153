package io.millrace.learn.quality;

import io.millrace.nn.Output;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;
import org.ejml.data.DMatrixRMaj;

/**
 * Of classifiers. The baseline predicts, of n examples before, the frequencies
 *
 * <pre>
 *   sigmoid   (sum of y_k + 1) / (n + 2) for each output k
 *   softmax   (sum of y_k + 1) / (n + n2)
 * </pre>
 *
 * (Laplace's rule of succession), so the majority class, the first of equals. An example with
 * several sigmoid outputs is right when all of them are.
 */
final class ClassificationScorer extends Scorer {
  // Figures of an example
  private static final int LOSS = 0;
  private static final int BASELINE_LOSS = 1;

  // Marks of an example
  private static final int RIGHT = 0;
  private static final int BASELINE_RIGHT = 1;
  private static final int NO_CHANGE_RIGHT = 2;

  private final Output output;
  private long examples;

  /** Of the labels of each output. */
  private final double[] sums;

  // What the baseline predicts for the mini-batch, and its loss for a label of 1 and of 0
  private final double[] frequencies;
  private final double[] lossOfOne;
  private final double[] lossOfZero;

  ClassificationScorer(Output output, int outputs) {
    super(outputs);
    this.output = output;
    this.sums = new double[outputs];
    this.frequencies = new double[outputs];
    this.lossOfOne = new double[outputs];
    this.lossOfZero = new double[outputs];
  }

  @Override
  int figures() {
    return 2;
  }

  @Override
  boolean hasMarks() {
    return true;
  }

  @Override
  boolean hasScores() {
    return output == Output.SIGMOID && outputs() == 1;
  }

  @Override
  boolean score(BatchPredictions predictions, BatchScores scores) {
    predict();
    System.arraycopy(predictions.losses(), 0, scores.figures[LOSS], 0, predictions.examples());
    if (hasScores()) {
      scoreBinary(predictions, scores);
    } else {
      for (int i = 0; i < predictions.examples(); i++) {
        score(predictions, i, scores);
      }
    }
    return true;
  }

  /** The frequencies, and what they cost. */
  private void predict() {
    double n = examples + (output == Output.SOFTMAX ? outputs() : 2.0);
    for (int k = 0; k < outputs(); k++) {
      frequencies[k] = (sums[k] + 1) / n;
    }
    if (output == Output.SOFTMAX) {
      Arrays.fill(lossOfOne, Double.NaN);
    } else {
      for (int k = 0; k < outputs(); k++) {
        lossOfOne[k] = -StrictMath.log(frequencies[k]);
        lossOfZero[k] = -StrictMath.log1p(-frequencies[k]);
      }
    }
  }

  private void score(BatchPredictions predictions, int i, BatchScores scores) {
    int n2 = outputs();
    int at = i * n2;
    double[] y = predictions.yt().data;
    double[] a = predictions.at().data;
    scores.figures[BASELINE_LOSS][i] = baselineLoss(y, at);
    int marks = 0;
    if (output.agree(a, at, y, at, n2)) {
      marks |= 1 << RIGHT;
    }
    if (output.agree(frequencies, 0, y, at, n2)) {
      marks |= 1 << BASELINE_RIGHT;
    }
    if (hasLabelBefore(i) && output.agree(labelsBefore(predictions, i), before(i), y, at, n2)) {
      marks |= 1 << NO_CHANGE_RIGHT;
    }
    scores.marks[i] = marks;
    scores.badness[i] = badness(a, y, at);
  }

  private boolean hasLabelBefore(int i) {
    return examples + i > 0;
  }

  /**
   * The same for one sigmoid output. Whether a prediction is right is what nothing can foresee: so
   * there is no branch on it.
   */
  private void scoreBinary(BatchPredictions predictions, BatchScores scores) {
    double[] z = predictions.zt().data;
    double[] a = predictions.at().data;
    double[] y = predictions.yt().data;
    double one = lossOfOne[0];
    double zero = lossOfZero[0];
    double[] baseline = scores.figures[BASELINE_LOSS];
    int majority = bit(frequencies[0]);
    int before = bit(labelsBefore(predictions, 0)[0]);
    int first = hasLabelBefore(0) ? -1 : 0;
    for (int i = 0; i < predictions.examples(); i++) {
      double p = probability(y[i]);
      baseline[i] = p * one + (1 - p) * zero;
      scores.badness[i] = Math.min(Math.abs(y[i] - a[i]), 1);
      int label = bit(y[i]);
      scores.marks[i] =
          QualitySums.scoreMark(z[i], label)
              | (1 ^ label ^ bit(a[i])) << RIGHT
              | (1 ^ label ^ majority) << BASELINE_RIGHT
              | ((1 ^ label ^ before) << NO_CHANGE_RIGHT & (i == 0 ? first : -1));
      before = label;
    }
  }

  /** 1 above a half, else 0: the sign of the difference. */
  private static int bit(double probability) {
    return (int) (Double.doubleToRawLongBits(0.5 - probability) >>> (Long.SIZE - 1));
  }

  /**
   * The cross-entropy: - sum_k y_k log p_k, with sigmoid - sum_k (1 - y_k) log(1 - p_k) as well.
   */
  private double baselineLoss(double[] y, int at) {
    double loss = 0;
    if (output == Output.SOFTMAX) {
      for (int k = 0; k < outputs(); k++) {
        if (y[at + k] > 0) {
          loss += probability(y[at + k]) * lossOfOne(k);
        }
      }
    } else {
      for (int k = 0; k < outputs(); k++) {
        double p = probability(y[at + k]);
        loss += p * lossOfOne[k] + (1 - p) * lossOfZero[k];
      }
    }
    return loss;
  }

  /** Of the many logarithms of a softmax only those of classes that occur are taken. */
  private double lossOfOne(int k) {
    if (Double.isNaN(lossOfOne[k])) {
      lossOfOne[k] = -StrictMath.log(frequencies[k]);
    }
    return lossOfOne[k];
  }

  /** A label, which is one, unless something else wrote the log. */
  private static double probability(double y) {
    return Math.min(Math.max(y, 0), 1);
  }

  /**
   * With labels of 0 and 1 it is 1 less the probability of the right class; of several sigmoid
   * outputs it is the mean of theirs.
   */
  private double badness(double[] a, double[] y, int at) {
    double distance = 0;
    for (int k = at; k < at + outputs(); k++) {
      distance += Math.abs(y[k] - a[k]);
    }
    return Math.min(distance / (output == Output.SOFTMAX ? 2 : outputs()), 1);
  }

  @Override
  void learn(DMatrixRMaj yt) {
    int n2 = outputs();
    int elements = yt.getNumElements();
    for (int at = 0; at < elements; at += n2) {
      for (int k = 0; k < n2; k++) {
        sums[k] += probability(yt.data[at + k]);
      }
    }
    examples += yt.numRows;
    rememberLast(yt);
  }

  @Override
  Quality quality(QualitySums tally, long examplesBefore) {
    long n = tally.examples();
    double cost = tally.sums()[LOSS] / n;
    OptionalDouble none = OptionalDouble.empty();
    return new Quality(
        n,
        cost,
        mean((double) tally.count(RIGHT), n),
        tally.auc(),
        hasScores() ? OptionalDouble.of(cost) : none,
        none,
        none,
        new Quality.Reference(
            mean(tally.sums()[BASELINE_LOSS], n),
            mean((double) tally.count(BASELINE_RIGHT), n),
            none,
            none),
        // the first example of all had none before it
        new Quality.Reference(
            none,
            mean((double) tally.count(NO_CHANGE_RIGHT), examplesBefore > 0 ? n : n - 1),
            none,
            none));
  }

  @Override
  void transfer(StateFields fields) {
    super.transfer(fields);
    examples = fields.count(examples);
    fields.float64(sums, 0, outputs());
    for (double sum : sums) {
      if (sum < 0 || sum > examples) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "frequencies: expected a sum of labels from 0 to %d, found %s",
                examples,
                sum));
      }
    }
  }
}
