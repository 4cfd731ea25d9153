package io.millrace.app.show;

import io.millrace.learn.BatchMetrics;
import io.millrace.learn.quality.Quality;
import io.millrace.learn.quality.Quality.Reference;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/** The results of a learner, printed when it stops: each figure beside its simple baselines. */
public final class Summary {
  private Summary() {}

  /** Prints what the committed costs and dead letters say. */
  public static void print(LearnerBoard board) {
    Optional<BatchMetrics> newest = board.progress().newest();
    if (newest.isEmpty()) {
      System.out.println("Nothing was learned yet.");
      return;
    }
    System.out.printf(
        Locale.ROOT,
        "%nLearned %,d examples in %,d mini-batches; %,d dead letters.%n",
        newest.get().totalExamples(),
        newest.get().batch(),
        board.deadLetters().total());
    newest.get().prequential().ifPresent(figures -> print(figures.sinceStart()));
  }

  private static void print(Quality quality) {
    System.out.printf(
        Locale.ROOT,
        "Cost      %s on average, each example predicted before it was learned; baseline: %s%n",
        StatusDisplay.number(quality.cost()),
        text(quality.baseline().cost(), StatusDisplay::number));
    print(
        "Accuracy",
        "majority class",
        "previous label",
        quality,
        Reference::accuracy,
        quality.accuracy(),
        StatusDisplay::percent);
    print(
        "RMSE",
        "mean",
        "previous value",
        quality,
        Reference::rmse,
        quality.rmse(),
        StatusDisplay::number);
  }

  private static void print(
      String name,
      String baseline,
      String noChange,
      Quality quality,
      Function<Reference, OptionalDouble> of,
      OptionalDouble figure,
      DoubleFunction<String> text) {
    if (figure.isEmpty()) {
      return;
    }
    System.out.printf(
        Locale.ROOT,
        "%-8s  %s; %s: %s; %s: %s%n",
        name,
        text(figure, text),
        baseline,
        text(of.apply(quality.baseline()), text),
        noChange,
        text(of.apply(quality.noChange()), text));
  }

  private static String text(OptionalDouble figure, DoubleFunction<String> text) {
    return figure.isEmpty() ? "-" : text.apply(figure.getAsDouble());
  }
}
