package io.millrace.learn;

import io.millrace.nn.Output;
import java.util.Arrays;
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
final class ClassExaminer extends Examiner {
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

  // What the baseline predicts for the mini-batch, and its loss for a label of 1 and of 0: of the
  // many logarithms of a softmax only those of classes that occur are taken, others are NaN
  private final double[] frequencies;
  private final double[] lossOfOne;
  private final double[] lossOfZero;

  ClassExaminer(Output output, int outputs) {
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
  boolean marks() {
    return true;
  }

  @Override
  boolean scores() {
    return output == Output.SIGMOID && outputs() == 1;
  }

  @Override
  void begin() {
    double n = examples + (output == Output.SOFTMAX ? outputs() : 2.0);
    for (int k = 0; k < outputs(); k++) {
      frequencies[k] = (sums[k] + 1) / n;
    }
    Arrays.fill(lossOfOne, Double.NaN);
    Arrays.fill(lossOfZero, output == Output.SOFTMAX ? 0 : Double.NaN);
  }

  @Override
  int examine(Answers answers, int i, double[] figures) {
    int n2 = outputs();
    int at = i * n2;
    double[] y = answers.yt().data;
    figures[LOSS] = answers.losses()[i];
    figures[BASELINE_LOSS] = baselineLoss(y, at);
    int marks = scores() ? Tally.scoreMark(answers.zt().data[at], y[at] > 0.5) : 0;
    if (output.agree(answers.at().data, at, y, at, n2)) {
      marks |= 1 << RIGHT;
    }
    if (output.agree(frequencies, 0, y, at, n2)) {
      marks |= 1 << BASELINE_RIGHT;
    }
    if (hasLabelBefore(i) && output.agree(labelsBefore(answers, i), before(i), y, at, n2)) {
      marks |= 1 << NO_CHANGE_RIGHT;
    }
    return marks;
  }

  private boolean hasLabelBefore(int i) {
    return examples + i > 0;
  }

  /**
   * The cross-entropy: - sum_k y_k log p_k, with sigmoid - sum_k (1 - y_k) log(1 - p_k) as well.
   */
  private double baselineLoss(double[] y, int at) {
    double loss = 0;
    for (int k = 0; k < outputs(); k++) {
      double one = probability(y[at + k]);
      if (one > 0) {
        if (Double.isNaN(lossOfOne[k])) {
          lossOfOne[k] = -StrictMath.log(frequencies[k]);
        }
        loss += one * lossOfOne[k];
      }
      if (one < 1) {
        if (Double.isNaN(lossOfZero[k])) {
          lossOfZero[k] = -StrictMath.log1p(-frequencies[k]);
        }
        loss += (1 - one) * lossOfZero[k];
      }
    }
    return loss;
  }

  /** A label, which is one, unless something else wrote the log. */
  private static double probability(double y) {
    return Math.min(Math.max(y, 0), 1);
  }

  /**
   * With labels of 0 and 1 it is 1 less the probability of the right class; of several sigmoid
   * outputs it is the mean of theirs.
   */
  @Override
  double badness(Answers answers, int i) {
    int at = i * outputs();
    double distance = 0;
    for (int k = at; k < at + outputs(); k++) {
      distance += Math.abs(answers.yt().data[k] - answers.at().data[k]);
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
  Quality quality(Tally tally, long examplesBefore) {
    long n = tally.examples();
    double cost = tally.sums()[LOSS] / n;
    OptionalDouble none = OptionalDouble.empty();
    return new Quality(
        n,
        cost,
        mean((double) tally.count(RIGHT), n),
        tally.auc(),
        scores() ? OptionalDouble.of(cost) : none,
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
            "frequencies: expected a sum of labels from 0 to %d, found %s"
                .formatted(examples, sum));
      }
    }
  }
}
