package io.millrace.learn;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What is added up over examples. What the figures and the marks of an example mean is its {@link
 * Examiner}'s affair.
 */
final class Tally {
  /** The marks of an example that are counted: its lowest bits. */
  static final int COUNTED_MARKS = 3;

  /** The mark of an example of class 1; the bin of its score stands above it. */
  static final int POSITIVE = 1 << COUNTED_MARKS;

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
  Tally(int figures, boolean isScored) {
    sums = new double[figures];
    scores = isScored ? new ScoreHistogram() : null;
  }

  static int scoreMark(double z, boolean isPositive) {
    return ScoreHistogram.bin(z) << SCORE_SHIFT | (isPositive ? POSITIVE : 0);
  }

  /**
   * Checks marks that were read.
   *
   * @throws IllegalArgumentException if no example has them
   */
  static int requireMarks(int marks) {
    if (marks >> SCORE_SHIFT >= ScoreHistogram.BINS) {
      throw new IllegalArgumentException("window: an example marked %x".formatted(marks));
    }
    return marks;
  }

  /**
   * Counts the marks of an example, or takes them away.
   *
   * @param change 1 or -1
   */
  void count(int marks, int change) {
    examples += change;
    for (int mark = 0; mark < COUNTED_MARKS; mark++) {
      counts[mark] += (marks >> mark & 1) == 0 ? 0L : change;
    }
    if (scores != null) {
      scores.count(marks >> SCORE_SHIFT, (marks & POSITIVE) != 0, change);
    }
  }

  boolean isScored() {
    return scores != null;
  }

  long examples() {
    return examples;
  }

  /** The sums of the figures. Live: to be modified by whoever adds. */
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
