package io.millrace.learn;

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

  /** NaN where there is none. */
  private double area = Double.NaN;

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

  /**
   * The area under the ROC curve as of the last {@link #updateAreas}; empty while one of the
   * classes was missing.
   */
  OptionalDouble auc() {
    return Double.isNaN(area) ? OptionalDouble.empty() : OptionalDouble.of(area);
  }

  /**
   * Brings two areas up to date. Each is a chain of additions, every one of which waits for the one
   * before: side by side, two take the time of one.
   */
  static void updateAreas(ScoreHistogram a, ScoreHistogram b) {
    double belowA = 0;
    double belowB = 0;
    double allA = 0;
    double allB = 0;
    double winsA = 0;
    double winsB = 0;
    // area = P(z+ > z-) + 1/2 P(z+ = z-) = sum_bins n+ (2 n- below + n- in it) / (2 n+ n-)
    int end = Math.max(a.end, b.end);
    for (int bin = Math.min(a.first, b.first); bin < end; bin++) {
      double negativeA = a.counts[2 * bin];
      double negativeB = b.counts[2 * bin];
      double positiveA = a.counts[2 * bin + 1];
      double positiveB = b.counts[2 * bin + 1];
      winsA += positiveA * (2 * belowA + negativeA);
      winsB += positiveB * (2 * belowB + negativeB);
      allA += positiveA;
      allB += positiveB;
      belowA += negativeA;
      belowB += negativeB;
    }
    a.area = winsA / (2 * allA * belowA); // 0 / 0 is NaN
    b.area = winsB / (2 * allB * belowB);
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
          "scores: expected at most %d bins, found %d to %d".formatted(BINS, first, end));
    }
    for (int bin = first; bin < end; bin++) {
      counts[2 * bin + 1] = fields.count(counts[2 * bin + 1]);
      counts[2 * bin] = fields.count(counts[2 * bin]);
    }
  }
}
