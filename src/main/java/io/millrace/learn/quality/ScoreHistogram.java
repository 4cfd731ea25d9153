package io.millrace.learn.quality;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * How often a score was given to examples of class 1 and of class 0, for the area under the ROC
 * curve. Scores are log-odds, z of a = sigmoid(z), in bins 1/64 wide: two scores are told apart
 * when they differ by that, which is at most 0.004 in probability. Those below -16 are in the first
 * bin, those above 16 in the last.
 *
 * <p>Scores in one bin count as equal, as half a win. So the area is off by at most half the share
 * of pairs (one of each class) that have both scores in one bin; and by far less where within a bin
 * the classes are mixed.
 *
 * <p>Memory: 33 kB. Mutable, and not safe for several threads.
 */
final class ScoreHistogram {
  private static final int LARGEST = 16;
  private static final int BINS_PER_UNIT = 64;

  /** 11 bits. */
  static final int BINS = 2 * LARGEST * BINS_PER_UNIT;

  /** Of each bin the examples of class 0, then those of class 1. */
  private final long[] counts = new long[2 * BINS];

  // The bins outside [first, end) have always been empty
  private int first = BINS;
  private int end;

  /** The bin of a score. */
  static int bin(double z) {
    // a cast takes what is beyond int to its ends
    int bin = (int) Math.floor(z * BINS_PER_UNIT) + LARGEST * BINS_PER_UNIT;
    return z >= LARGEST ? BINS - 1 : Math.max(bin, 0);
  }

  /**
   * Counts examples.
   *
   * @param binAndClass twice the bin, and 1 for class 1
   * @param change 1, or -1 to take one away
   */
  void count(int binAndClass, long change) {
    counts[binAndClass] += change;
    first = Math.min(first, binAndClass >> 1);
    end = Math.max(end, (binAndClass >> 1) + 1);
  }

  /** The area under the ROC curve; empty while one of the classes is missing. */
  OptionalDouble auc() {
    double below = 0;
    double all = 0;
    double wins = 0;
    // area = P(z+ > z-) + 1/2 P(z+ = z-) = sum_bins n+ (2 n- below + n- in it) / (2 n+ n-)
    for (int bin = first; bin < end; bin++) {
      double negative = counts[2 * bin];
      double positive = counts[2 * bin + 1];
      wins += positive * (2 * below + negative);
      all += positive;
      below += negative;
    }
    return all == 0 || below == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(wins / (2 * all * below));
  }

  /** Half the share of pairs in one bin: what the area may be off by. */
  double resolution() {
    double ties = 0;
    double positive = 0;
    double negative = 0;
    for (int bin = first; bin < end; bin++) {
      ties += (double) counts[2 * bin] * counts[2 * bin + 1];
      negative += counts[2 * bin];
      positive += counts[2 * bin + 1];
    }
    return ties / (2 * positive * negative);
  }

  /** Writes or reads the counts. */
  void transfer(StateFields fields) {
    first = (int) fields.count(first);
    end = (int) fields.count(end);
    if (first < 0 || first > BINS || end < 0 || end > BINS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "scores: expected at most %d bins, found %d to %d", BINS, first, end));
    }
    for (int bin = first; bin < end; bin++) {
      counts[2 * bin + 1] = fields.count(counts[2 * bin + 1]);
      counts[2 * bin] = fields.count(counts[2 * bin]);
    }
  }
}
