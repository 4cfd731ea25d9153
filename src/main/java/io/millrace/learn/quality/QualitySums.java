package io.millrace.learn.quality;

import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Sums over examples. The {@link Scorer} defines the figures and the marks of an example. */
final class QualitySums {
  /** The marks of an example that are counted: its lowest bits. */
  private static final int COUNTED_MARKS = 3;

  /** Above them the class, and above it the bin of the score. */
  private static final int SCORE_SHIFT = COUNTED_MARKS + 1;

  private long examples;
  private final double[] sums;
  private final long[] counts = new long[COUNTED_MARKS];
  private final @Nullable ScoreHistogram scores;

  /**
   * An empty tally.
   *
   * @param figures of an example
   * @param isScored whether its marks hold a score
   */
  QualitySums(int figures, boolean isScored) {
    sums = new double[figures];
    scores = isScored ? new ScoreHistogram() : null;
  }

  /**
   * The marks that hold a score.
   *
   * @param label 1 or 0
   */
  static int scoreMark(double z, int label) {
    return ScoreHistogram.bin(z) << SCORE_SHIFT | label << COUNTED_MARKS;
  }

  /**
   * Checks marks that were read.
   *
   * @throws IllegalArgumentException if no example has them
   */
  static int requireMarks(int marks) {
    if (marks >> SCORE_SHIFT >= ScoreHistogram.BINS) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "window: an example marked %x", marks));
    }
    return marks;
  }

  /** Counts the marks of the first of some examples. */
  void count(int[] marks, int number) {
    for (int i = 0; i < number; i++) {
      count(marks[i], 1);
    }
  }

  /**
   * Counts the marks of an example, or takes them away.
   *
   * @param change 1 or -1
   */
  void count(int marks, long change) {
    examples += change;
    counts[0] += change * (marks & 1);
    counts[1] += change * (marks >> 1 & 1);
    counts[2] += change * (marks >> 2 & 1);
    if (scores != null) {
      scores.count(marks >> COUNTED_MARKS, change);
    }
  }

  boolean isScored() {
    return scores != null;
  }

  long examples() {
    return examples;
  }

  /** The sums of the figures. Live: the caller that adds modifies them. */
  double[] sums() {
    return sums;
  }

  /** The examples with a mark. */
  long count(int mark) {
    return counts[mark];
  }

  OptionalDouble auc() {
    return scores == null ? OptionalDouble.empty() : scores.auc();
  }

  /** Writes or reads it. */
  void transfer(StateFields fields) {
    examples = fields.count(examples);
    fields.float64(sums, 0, sums.length);
    for (int mark = 0; mark < COUNTED_MARKS; mark++) {
      counts[mark] = fields.count(counts[mark]);
    }
    if (scores != null) {
      scores.transfer(fields);
    }
  }
}
