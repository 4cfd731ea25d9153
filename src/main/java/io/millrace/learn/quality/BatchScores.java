package io.millrace.learn.quality;

import java.util.Arrays;

/** What an {@link Scorer} found of the examples of a mini-batch; allocates only to grow. */
final class BatchScores {
  /** By figure; each of the examples. May be infinite until it is capped. */
  final double[][] figures;

  /** Of the examples. */
  int[] marks = {};

  /** How bad the predictions are, in [0, 1]. */
  double[] badness = {};

  BatchScores(int figures) {
    this.figures = new double[figures][0];
  }

  void fit(int examples) {
    if (marks.length < examples) {
      Arrays.setAll(figures, figure -> new double[examples]);
      marks = new int[examples];
      badness = new double[examples];
    }
  }

  /** Takes a figure of the first examples to within the range of float32, and gives its sum. */
  double cap(int figure, int examples) {
    double[] values = figures[figure];
    double sum = 0;
    for (int i = 0; i < examples; i++) {
      values[i] = Math.max(-Float.MAX_VALUE, Math.min(values[i], Float.MAX_VALUE));
      sum += values[i];
    }
    return sum;
  }
}
