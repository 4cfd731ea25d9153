package io.millrace.app.show;

import io.millrace.app.process.Counted;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.quality.Quality;
import io.millrace.learn.quality.Quality.Reference;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/** The results of a learner, printed when it stops: each figure beside its baselines. */
public final class Summary {
  private Summary() {}

  /** Prints the figures of the committed costs and dead letters. */
  public static void print(LearnerBoard board) {
    Optional<BatchMetrics> newest = board.progress().newest();
    if (newest.isEmpty()) {
      System.out.println("No examples were learned.");
      return;
    }
    System.out.printf(
        Locale.ROOT,
        "%nLearned %s in %s. Topic %s has %s.%n",
        Counted.of(newest.get().totalExamples(), "example"),
        Counted.of(newest.get().batch(), "mini-batch", "mini-batches"),
        board.deadLettersTopic(),
        Counted.of(board.deadLetters().total(), "dead letter"));
    newest.get().prequential().ifPresent(figures -> print(figures.sinceStart()));
  }

  private static void print(Quality quality) {
    Baselines names = Baselines.of(quality);
    System.out.println("Over all examples, each predicted before it was learned:");
    System.out.printf(
        Locale.ROOT,
        "Cost      %s; %s: %s%n",
        StatusDisplay.number(quality.cost()),
        names.cost(),
        text(quality.baseline().cost(), StatusDisplay::number));
    print(
        "Accuracy",
        names,
        quality,
        Reference::accuracy,
        quality.accuracy(),
        StatusDisplay::percent);
    print("RMSE", names, quality, Reference::rmse, quality.rmse(), StatusDisplay::number);
  }

  private static void print(
      String name,
      Baselines names,
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
        names.baseline(),
        text(of.apply(quality.baseline()), text),
        names.noChange(),
        text(of.apply(quality.noChange()), text));
  }

  private static String text(OptionalDouble figure, DoubleFunction<String> text) {
    return figure.isEmpty() ? "-" : text.apply(figure.getAsDouble());
  }
}
