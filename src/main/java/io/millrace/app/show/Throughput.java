package io.millrace.app.show;

import java.util.Arrays;

/**
 * Examples per second over the last few whole seconds, by the time at which they were learned. Not
 * thread-safe.
 */
final class Throughput {
  private static final int SECONDS = 5;

  /** The current second, and those before it. */
  private final long[] examples = new long[SECONDS + 1];

  private long second = Long.MIN_VALUE;
  private long first = Long.MAX_VALUE;

  /**
   * Counts examples.
   *
   * @param millis when they were learned
   */
  void add(long millis, int count) {
    long at = Math.floorDiv(millis, 1000);
    moveTo(at);
    if (at > second - examples.length) {
      examples[slot(at)] += count;
      first = Math.min(first, at);
    }
  }

  private void moveTo(long now) {
    if (now - examples.length > second || second == Long.MIN_VALUE) {
      Arrays.fill(examples, 0);
      second = now;
      first = now;
    }
    while (second < now) {
      examples[slot(++second)] = 0;
    }
  }

  private int slot(long at) {
    return (int) Math.floorMod(at, (long) examples.length);
  }

  /**
   * The rate.
   *
   * @param millis the current time
   */
  double perSecond(long millis) {
    if (second == Long.MIN_VALUE) {
      return 0;
    }
    long now = Math.max(second, Math.floorDiv(millis, 1000));
    if (now - second > SECONDS) {
      return 0;
    }
    moveTo(now);
    long sum = -examples[slot(now)];
    for (long count : examples) {
      sum += count;
    }
    return (double) sum / Math.max(1, Math.min(SECONDS, now - first));
  }
}
