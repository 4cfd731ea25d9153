package io.millrace.app.show;

import io.millrace.app.process.Stop;
import io.millrace.app.process.Terminal;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.quality.Prequential;
import io.millrace.learn.quality.Quality;
import io.millrace.learn.quality.Quality.Reference;
import io.millrace.web.Status;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Shows the figures of the learner on the terminal: one live line, or a plain line every few
 * seconds if the output is not a terminal.
 */
public final class StatusDisplay {
  private static final String ERASE_LINE = "\r\u001B[2K";

  /** Cuts a line at the edge of a narrow terminal. A second row could not be erased. */
  private static final String NO_WRAP = "\u001B[?7l";

  private static final String WRAP = "\u001B[?7h";
  private static final Duration TICK = Duration.ofMillis(100);
  private static final Duration LIVE = Duration.ofMillis(500);
  private static final Duration PLAIN = Duration.ofSeconds(5);

  private static final int LONGEST_DETAIL = 200;

  private final PrintStream out = System.out;
  private final boolean terminal = Terminal.isAttached();
  private final LearnerBoard board;
  private long lastAt = System.nanoTime();

  public StatusDisplay(LearnerBoard board) {
    this.board = board;
  }

  /** Shows the figures regularly until a request to stop, or until {@code done} is true. */
  public void showUntil(Stop stop, BooleanSupplier done) {
    long interval = (terminal ? LIVE : PLAIN).toNanos();
    while (!stop.await(TICK) && !done.getAsBoolean()) {
      if (System.nanoTime() - lastAt >= interval) {
        refresh();
      }
    }
    refresh();
    out.print(terminal ? System.lineSeparator() : "");
  }

  private void refresh() {
    lastAt = System.nanoTime();
    String line =
        board
            .progress()
            .newest()
            .map(newest -> notReady() + line(newest))
            .orElse("waiting for examples");
    line += some("behind an open transaction", behindTransaction());
    line += some("dead letters", board.deadLetters().total());
    line += board.deadLetters().newest().map(this::deadLetter).orElse("");
    out.print(terminal ? ERASE_LINE + NO_WRAP + line + WRAP : line + System.lineSeparator());
    out.flush();
  }

  /** Why the figures that follow are those of an earlier run, or do not change. */
  private String notReady() {
    String reason = board.health().waitsFor();
    return reason == null ? "" : reason + ". Last figures: ";
  }

  private long behindTransaction() {
    double behind = board.examplesBehindTransaction();
    return Double.isNaN(behind) ? 0 : (long) behind;
  }

  /** The topic, and why the newest record was rejected: on one line, whatever the record holds. */
  private String deadLetter(Status.DeadLetter letter) {
    String detail = letter.detail().replaceAll("[\\p{Cntrl}\\p{Cf}\\s]+", " ");
    boolean isLong = detail.length() > LONGEST_DETAIL;
    return String.format(
        Locale.ROOT,
        " in topic %s (newest: %s: %s)",
        board.deadLettersTopic(),
        letter.reason().replaceAll("[\\p{Cntrl}\\p{Cf}]", " "),
        isLong ? detail.substring(0, LONGEST_DETAIL) + "..." : detail);
  }

  private String line(BatchMetrics newest) {
    double unlearned = board.examplesUnlearned();
    return String.format(
        Locale.ROOT,
        "%,d examples  %,.0f/s  lag %s  %s  version %,d%s",
        newest.totalExamples(),
        board.examplesPerSecond(),
        Double.isNaN(unlearned) ? "?" : String.format(Locale.ROOT, "%,.0f", unlearned),
        newest
            .prequential()
            .map(figures -> quality(figures.window()))
            .orElseGet(() -> "cost " + number(board.progress().smoothedCost())),
        newest.modelVersion() + 1,
        some("drifts", newest.prequential().map(Prequential::drifts).orElse(0L)));
  }

  /** The figures over the window, each beside its baselines. */
  private static String quality(Quality window) {
    Baselines names = Baselines.of(window);
    return "cost "
        + number(window.cost())
        + beside(figure(names.cost(), window.baseline().cost(), StatusDisplay::number))
        + rivals("accuracy", names, window, Reference::accuracy, window.accuracy())
        + rivals("RMSE", names, window, Reference::rmse, window.rmse());
  }

  private static String rivals(
      String name,
      Baselines names,
      Quality window,
      Function<Reference, OptionalDouble> of,
      OptionalDouble figure) {
    DoubleFunction<String> text =
        name.equals("accuracy") ? StatusDisplay::percent : StatusDisplay::number;
    return figure.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            "  %s %s%s",
            name,
            text.apply(figure.getAsDouble()),
            beside(
                figure(names.baseline(), of.apply(window.baseline()), text),
                figure(names.noChange(), of.apply(window.noChange()), text)));
  }

  private static String figure(String name, OptionalDouble figure, DoubleFunction<String> text) {
    return figure.isEmpty() ? "" : name + " " + text.apply(figure.getAsDouble());
  }

  private static String beside(String... figures) {
    String some =
        Stream.of(figures).filter(each -> !each.isEmpty()).collect(Collectors.joining(", "));
    return some.isEmpty() ? "" : " (" + some + ")";
  }

  private static String some(String name, long count) {
    return count == 0 ? "" : String.format(Locale.ROOT, "  %s %,d", name, count);
  }

  public static String number(double number) {
    return String.format(Locale.ROOT, "%.4f", number);
  }

  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }
}
