package io.millrace.app.show;

import io.millrace.learn.quality.Quality;

/**
 * The names of the simple predictors beside which the figures of the model are shown. The terminal,
 * the summary and the dashboard use the same names.
 *
 * @param cost predicts the class frequencies, or the mean label of a regression
 * @param baseline the same predictor, where it is judged by its accuracy or error
 * @param noChange predicts the label of the previous example
 */
record Baselines(String cost, String baseline, String noChange) {
  private static final Baselines CLASSES =
      new Baselines("base rate", "majority class", "previous label");
  private static final Baselines NUMBERS = new Baselines("mean", "mean", "previous value");

  static Baselines of(Quality quality) {
    return quality.accuracy().isPresent() ? CLASSES : NUMBERS;
  }
}
