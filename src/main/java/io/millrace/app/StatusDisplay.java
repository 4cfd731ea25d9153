package io.millrace.app;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;

/**
 * The learner's figures on the terminal: one live line, or a plain line now and then where the
 * output is no terminal.
 */
final class StatusDisplay {
  private static final String ERASE_LINE = "\r\u001B[2K";

  /** Cuts a line at the edge of a narrow terminal, where a second row could not be erased. */
  private static final String NO_WRAP = "\u001B[?7l";

  private static final String WRAP = "\u001B[?7h";
  private static final Duration TICK = Duration.ofMillis(100);
  private static final Duration LIVE = Duration.ofMillis(500);
  private static final Duration PLAIN = Duration.ofSeconds(5);

  private final PrintStream out = System.out;
  private final boolean terminal = Terminal.isAttached();
  private final LearnerBoard board;
  private final String baselineName;
  private final ToDoubleFunction<Progress.Figures> baseline;
  private Progress.Figures last;
  private long lastAt = System.nanoTime();
  private double rate;

  /** A display of the learner's own figures. */
  StatusDisplay(LearnerBoard board) {
    this(board, "", figures -> Double.NaN);
  }

  /**
   * A display that puts a baseline beside the accuracy.
   *
   * @param baselineName what to call it
   * @param baseline its accuracy over the same examples
   */
  StatusDisplay(
      LearnerBoard board, String baselineName, ToDoubleFunction<Progress.Figures> baseline) {
    this.board = board;
    this.baselineName = baselineName;
    this.baseline = baseline;
    this.last = board.figures();
  }

  /** Shows the figures again and again until somebody wishes to stop or {@code done} says so. */
  void showUntil(Stop stop, BooleanSupplier done) {
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
    Progress.Figures now = board.figures();
    long at = System.nanoTime();
    double measured = (now.examples() - last.examples()) * 1e9 / Math.max(1, at - lastAt);
    rate = terminal && rate > 0 ? 0.7 * rate + 0.3 * measured : measured;
    last = now;
    lastAt = at;
    out.print(
        terminal ? ERASE_LINE + NO_WRAP + line(now) + WRAP : line(now) + System.lineSeparator());
    out.flush();
  }

  private String line(Progress.Figures now) {
    if (now.batches() == 0) {
      return "waiting for examples" + deadLetters();
    }
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "%,d examples  %,.0f/s  cost %.4f",
            now.totalExamples(),
            rate,
            now.cost()));
    if (!Double.isNaN(now.accuracy())) {
      line.append("  accuracy ").append(percent(now.accuracy()));
    }
    double toBeat = baseline.applyAsDouble(now);
    if (!Double.isNaN(toBeat)) {
      line.append("  (%s %s)".formatted(baselineName, percent(toBeat)));
    }
    return line.append(String.format(Locale.ROOT, "  version %,d", now.modelVersion()))
        .append(deadLetters())
        .toString();
  }

  private String deadLetters() {
    long letters = board.deadLetters().total();
    return letters == 0 ? "" : String.format(Locale.ROOT, "  dead letters %,d", letters);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }
}
