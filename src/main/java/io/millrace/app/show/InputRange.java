package io.millrace.app.show;

import io.millrace.example.MiniBatch;

/** The range of the two inputs of a model. Not thread-safe. */
final class InputRange {
  private static final double MARGIN = 0.1;

  private final double[] least = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
  private final double[] greatest = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};

  void add(MiniBatch batch) {
    for (int at = 0; at < 2 * batch.size(); at++) {
      double value = batch.xt().data[at];
      least[at % 2] = Math.min(least[at % 2], value);
      greatest[at % 2] = Math.max(greatest[at % 2], value);
    }
  }

  boolean isEmpty() {
    return least[0] > greatest[0];
  }

  /** The least of an input, 0 or 1, and some margin. */
  double least(int input) {
    return least[input] - margin(input);
  }

  /** The greatest of an input, 0 or 1, and some margin. */
  double greatest(int input) {
    return greatest[input] + margin(input);
  }

  private double margin(int input) {
    double width = greatest[input] - least[input];
    return width > 0 ? MARGIN * width : 1;
  }
}
