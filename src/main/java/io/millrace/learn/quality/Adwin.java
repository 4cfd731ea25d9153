package io.millrace.learn.quality;

import java.util.Arrays;
import java.util.Locale;

/**
 * Finds changes of the mean of a sequence of numbers in [0, 1]: ADWIN2 (Bifet and Gavalda,
 * "Learning from Time-Changing Data with Adaptive Windowing", SIAM SDM 2007). It keeps a window of
 * the newest numbers, as long as no split of it into an older and a newer part has means that
 * differ by more than chance allows; else it drops the older part.
 *
 * <p>As in MOA and River the confidence delta is 0.002, an exponential histogram has at most 5
 * buckets of a size, and splits are looked for every 32 numbers at most. Otherwise than there:
 *
 * <ul>
 *   <li>The smallest bucket holds 32 numbers, since nothing is looked for in between.
 *   <li>Of all splits that tell a change the window is cut at the clearest, not one bucket after
 *       the other: one change is found once.
 *   <li>Nothing is subtracted: sums are added up anew from the buckets, so that no rounding errors
 *       pile up.
 * </ul>
 *
 * <p>Memory: 5 kB, whatever the length of the window. Mutable, and not safe for several threads.
 */
final class Adwin {
  /** The confidence of MOA and River. */
  static final double DELTA = 0.002;

  /** The numbers in the smallest bucket. */
  static final int CLOCK = 32;

  /** The largest number of buckets of one size. */
  static final int MOST = 5;

  /** The buckets of the last level hold 2^52 numbers. */
  private static final int LEVELS = 48;

  /** One bucket more than that waits to be merged. */
  private static final int ROOM = MOST + 1;

  private final double delta;

  // Level l has buckets of 2^l CLOCK numbers, the oldest first; the last levels are the oldest
  private final int[] buckets = new int[LEVELS];
  private final double[] sums = new double[LEVELS * ROOM];
  private final double[] squares = new double[LEVELS * ROOM];

  /** How many numbers, their sum and the sum of their squares: they wait to become a bucket. */
  private int waiting;

  private final double[] waitingSums = new double[2];

  /** Whether there is a bucket that no check has seen. */
  private boolean isDue;

  private int levels;

  Adwin(double delta) {
    this.delta = delta;
  }

  /** What a check found. */
  enum Change {
    NONE,
    FALL,
    RISE
  }

  /**
   * Takes the next number.
   *
   * @param x in [0, 1]
   */
  void add(double x) {
    waitingSums[0] += x;
    waitingSums[1] += x * x;
    if (++waiting == CLOCK) {
      append(0, waitingSums[0], waitingSums[1]);
      waiting = 0;
      Arrays.fill(waitingSums, 0);
      isDue = true;
    }
  }

  /** Takes the first of some numbers in [0, 1]. */
  void add(double[] xs, int number) {
    for (int i = 0; i < number; i++) {
      add(xs[i]);
    }
  }

  private void append(int level, double sum, double square) {
    int at = level * ROOM;
    sums[at + buckets[level]] = sum;
    squares[at + buckets[level]] = square;
    buckets[level]++;
    levels = Math.max(levels, level + 1);
    if (buckets[level] > MOST) {
      append(level + 1, sums[at] + sums[at + 1], squares[at] + squares[at + 1]);
      dropOldest(level, 2);
    }
  }

  private void dropOldest(int level, int count) {
    int at = level * ROOM;
    int kept = buckets[level] - count;
    System.arraycopy(sums, at + count, sums, at, kept);
    System.arraycopy(squares, at + count, squares, at, kept);
    buckets[level] = kept;
  }

  /**
   * Looks for a change, when 32 numbers or more have come since the last check, and drops what was
   * before it.
   *
   * @return the change; of several, a rise rather than a fall
   */
  Change check() {
    Change found = Change.NONE;
    while (isDue) {
      Change change = cut();
      isDue = change != Change.NONE;
      if (change.compareTo(found) > 0) {
        found = change;
      }
    }
    return found;
  }

  /** The numbers in the window, without those that wait to become a bucket. */
  long width() {
    long numbers = 0;
    for (int level = 0; level < levels; level++) {
      numbers += size(level) * buckets[level];
    }
    return numbers;
  }

  private static long size(int level) {
    return (long) CLOCK << level;
  }

  /** Cuts the window at the clearest change in it. */
  private Change cut() {
    double n = width();
    double sum = 0;
    double square = 0;
    for (int level = levels - 1; level >= 0; level--) {
      for (int i = level * ROOM; i < level * ROOM + buckets[level]; i++) {
        sum += sums[i];
        square += squares[i];
      }
    }
    // |mean0 - mean1| > sqrt(2 m v d) + 2/3 m d,  m = 1/n0 + 1/n1,  d = ln(2 ln(n) / delta)
    double v = Math.max(0, square / n - sum / n * (sum / n));
    double d = StrictMath.log(2 * StrictMath.log(n) / delta);
    double n0 = 0;
    double sum0 = 0;
    double clearest = 0;
    int oldestKept = -1;
    Change change = Change.NONE;
    for (int level = levels - 1; level >= 0; level--) {
      double size = size(level);
      for (int i = level * ROOM; i < level * ROOM + buckets[level]; i++) {
        n0 += size;
        sum0 += sums[i];
        double n1 = n - n0;
        if (n1 == 0) {
          break;
        }
        double m = 1 / n0 + 1 / n1;
        double rise = (sum - sum0) / n1 - sum0 / n0;
        double beyond = Math.abs(rise) - 2.0 / 3 * m * d;
        if (beyond > 0 && beyond * beyond > 2 * m * v * d && rise * rise / m > clearest) {
          clearest = rise * rise / m;
          oldestKept = i + 1;
          change = rise > 0 ? Change.RISE : Change.FALL;
        }
      }
    }
    if (change != Change.NONE) {
      dropBefore(oldestKept);
    }
    return change;
  }

  /** Drops everything older than a bucket, which may be the one past the end of its level. */
  private void dropBefore(int bucket) {
    int level = (bucket - 1) / ROOM;
    Arrays.fill(buckets, level + 1, levels, 0);
    dropOldest(level, bucket - level * ROOM);
    levels = level + 1;
  }

  /** Writes or reads the whole state. */
  void transfer(StateFields fields) {
    waiting = bounded("numbers", fields.count(waiting), CLOCK - 1);
    fields.float64(waitingSums, 0, waitingSums.length);
    levels = bounded("levels", fields.count(levels), LEVELS);
    for (int level = 0; level < levels; level++) {
      buckets[level] = bounded("buckets", fields.count(buckets[level]), MOST);
      fields.float64(sums, level * ROOM, buckets[level]);
      fields.float64(squares, level * ROOM, buckets[level]);
    }
    isDue = fields.count(isDue ? 1 : 0) == 1;
  }

  private static int bounded(String what, long count, int most) {
    if (count > most) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "ADWIN: expected at most %d %s, found %d", most, what, count));
    }
    return (int) count;
  }
}
