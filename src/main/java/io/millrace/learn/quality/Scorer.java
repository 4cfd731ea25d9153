package io.millrace.learn.quality;

import io.millrace.nn.Architecture;
import java.util.OptionalDouble;
import org.ejml.data.DMatrixRMaj;

/**
 * Turns predictions into figures that can be added up, and sums of them into {@link Quality}; and
 * makes the predictions of the baseline and of "no change".
 *
 * <p>The baseline learns when the model learns: what it predicts for a mini-batch is of the labels
 * of all mini-batches before. "No change" knows more, the label of the example just before.
 */
abstract sealed class Scorer permits ClassificationScorer, RegressionScorer {
  private final int outputs;

  /** The label of the last example. */
  private final double[] last;

  Scorer(int outputs) {
    this.outputs = outputs;
    this.last = new double[outputs];
  }

  static Scorer of(Architecture architecture) {
    return architecture.output().classifies()
        ? new ClassificationScorer(architecture.output(), architecture.outputs())
        : new RegressionScorer(architecture.outputs());
  }

  /** n2. */
  final int outputs() {
    return outputs;
  }

  /** How many figures an example has. */
  abstract int figures();

  /** Whether an example has marks. */
  abstract boolean hasMarks();

  /** Whether its marks hold a score. */
  abstract boolean hasScores();

  /**
   * Scores a mini-batch.
   *
   * @param scores large enough. Modified.
   * @return whether the badness of the predictions is known already
   */
  abstract boolean score(BatchPredictions predictions, BatchScores scores);

  /** Takes the labels of a mini-batch into the baseline. */
  abstract void learn(DMatrixRMaj yt);

  /**
   * The figures of a tally.
   *
   * @param examplesBefore the examples since the start that are not in it
   */
  abstract Quality quality(QualitySums tally, long examplesBefore);

  /** The label before an example: where it begins in {@link #labelsBefore}. */
  final int before(int i) {
    return i == 0 ? 0 : (i - 1) * outputs;
  }

  final double[] labelsBefore(BatchPredictions predictions, int i) {
    return i == 0 ? last : predictions.yt().data;
  }

  final void rememberLast(DMatrixRMaj yt) {
    System.arraycopy(yt.data, (yt.numRows - 1) * outputs, last, 0, outputs);
  }

  static OptionalDouble mean(double sum, long count) {
    return count > 0 ? OptionalDouble.of(sum / count) : OptionalDouble.empty();
  }

  /**
   * Writes or reads the whole state.
   *
   * @throws IllegalArgumentException when what is read cannot be
   */
  void transfer(StateFields fields) {
    fields.float64(last, 0, outputs);
  }
}
