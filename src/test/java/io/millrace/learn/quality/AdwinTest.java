package io.millrace.learn.quality;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdwinTest {
  /**
   * The same test over all numbers of the window, kept one by one: every split between two groups
   * of 32 is looked at, without buckets.
   */
  private static final class Naive {
    private final List<Double> window = new ArrayList<>();
    private int added;

    void add(double x) {
      window.add(x);
      added++;
    }

    Adwin.Change check() {
      Adwin.Change found = Adwin.Change.NONE;
      while (true) {
        int split = clearestSplit();
        if (split == 0) {
          return found;
        }
        boolean rose = mean(split, whole()) > mean(0, split);
        found = rose || found == Adwin.Change.RISE ? Adwin.Change.RISE : Adwin.Change.FALL;
        window.subList(0, split).clear();
      }
    }

    /** The numbers that are in groups of 32. */
    private int whole() {
      return window.size() - added % Adwin.CLOCK;
    }

    private double mean(int from, int to) {
      return window.subList(from, to).stream().mapToDouble(x -> x).sum() / (to - from);
    }

    private int clearestSplit() {
      int n = whole();
      double mean = mean(0, n);
      double variance = 0;
      for (double x : window.subList(0, n)) {
        variance += (x - mean) * (x - mean) / n;
      }
      double d = Math.log(2 * Math.log(n) / Adwin.DELTA);
      double clearest = 0;
      int at = 0;
      for (int split = Adwin.CLOCK; split < n; split += Adwin.CLOCK) {
        double m = 1.0 / split + 1.0 / (n - split);
        double difference = Math.abs(mean(0, split) - mean(split, n));
        double chance = Math.sqrt(2 * m * variance * d) + 2 * d * m / 3;
        if (difference > chance && difference * difference / m > clearest) {
          clearest = difference * difference / m;
          at = split;
        }
      }
      return at;
    }
  }

  /** Up to 5 groups nothing is compressed: a change every 100 numbers keeps the window short. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldFindWhatTheWholeWindowTells(long seed) {
    Random random = new Random(seed);
    Adwin adwin = new Adwin(Adwin.DELTA);
    Naive naive = new Naive();
    int changes = 0;
    for (int i = 0; i < 20_000; i++) {
      double x = Math.abs((i / 96 % 2 == 0 ? 0.9 : 0.1) - 0.1 * random.nextDouble());
      adwin.add(x);
      naive.add(x);
      Adwin.Change change = adwin.check();
      Adwin.Change expected =
          i % Adwin.CLOCK == Adwin.CLOCK - 1 ? naive.check() : Adwin.Change.NONE;
      assertThat(change).as("seed %d, number %d", seed, i).isEqualTo(expected);
      assertThat(adwin.width()).isEqualTo(naive.whole());
      changes += change == Adwin.Change.NONE ? 0 : 1;
    }
    assertThat(changes).isGreaterThan(100);
  }

  /**
   * With the window compressed, a change is found where the whole window tells it, or soon after.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldFindAChangeHardlyLaterThanTheWholeWindowDoes(long seed) {
    Random random = new Random(seed);
    Adwin adwin = new Adwin(Adwin.DELTA);
    Naive naive = new Naive();
    int found = 0;
    int expected = 0;
    for (int i = 0; i < 6_000 && (found == 0 || expected == 0); i++) {
      double x = random.nextDouble() < (i < 3_000 ? 0.2 : 0.4) ? 1 : 0;
      adwin.add(x);
      naive.add(x);
      if (i % Adwin.CLOCK == Adwin.CLOCK - 1) {
        found = found == 0 && adwin.check() != Adwin.Change.NONE ? i : found;
        expected = expected == 0 && naive.check() != Adwin.Change.NONE ? i : expected;
      }
    }
    assertThat(expected).as("seed %d, the whole window", seed).isBetween(3_000, 3_400);
    assertThat(found).as("seed %d", seed).isBetween(3_000, expected + 64);
  }

  @Test
  void shouldTellARiseFromAFall() {
    Adwin adwin = new Adwin(Adwin.DELTA);
    feed(adwin, 1_000, 0.2);
    assertThat(feed(adwin, 300, 0.8)).isEqualTo(Adwin.Change.RISE);
    assertThat(adwin.width()).isBetween(64L, 320L);
    feed(adwin, 1_000, 0.8);
    assertThat(feed(adwin, 300, 0.2)).isEqualTo(Adwin.Change.FALL);
  }

  /** The first change that is found. */
  private static Adwin.Change feed(Adwin adwin, int count, double x) {
    Adwin.Change first = Adwin.Change.NONE;
    for (int i = 0; i < count; i++) {
      adwin.add(x);
      Adwin.Change change = adwin.check();
      first = first == Adwin.Change.NONE ? change : first;
    }
    return first;
  }

  @Test
  void shouldKeepAWindowOfAnyLengthInAFewBuckets() {
    Adwin adwin = new Adwin(Adwin.DELTA);
    Random random = new Random(1);
    for (int i = 0; i < 3_200_000; i++) {
      adwin.add(random.nextDouble());
      if (i % 64 == 63) {
        assertThat(adwin.check()).isEqualTo(Adwin.Change.NONE);
      }
    }
    assertThat(adwin.width()).isEqualTo(3_200_000);
  }

  @Test
  void shouldGoOnToTheBitFromItsState() {
    Adwin adwin = new Adwin(Adwin.DELTA);
    Adwin restarted = new Adwin(Adwin.DELTA);
    Random random = new Random(1);
    for (int i = 0; i < 50_000; i++) {
      double x = Math.min(1, random.nextDouble() * (i / 5_000 % 2 == 0 ? 0.5 : 1));
      adwin.add(x);
      restarted.add(x);
      if (i % 17 == 0) {
        StateCopy copy = new StateCopy();
        restarted.transfer(copy);
        restarted = new Adwin(Adwin.DELTA);
        restarted.transfer(copy.toRead());
      }
      if (i % 50 == 0) {
        assertThat(restarted.check()).isEqualTo(adwin.check());
        assertThat(restarted.width()).isEqualTo(adwin.width());
      }
    }
  }

  /** What the operations page says of it; the table is printed. */
  @Test
  void shouldFindKnownChangesSoonAndHardlyEverOthers() {
    Found still = measure(i -> 0.2, Integer.MAX_VALUE);
    Found learning = measure(i -> 0.1 + 0.4 * Math.exp(-i / 5_000.0), Integer.MAX_VALUE);
    Found clear = measure(i -> i < CHANGE ? 0.2 : 0.5, CHANGE);
    Found abrupt = measure(i -> i < CHANGE ? 0.2 : 0.3, CHANGE);
    Found small = measure(i -> i < CHANGE ? 0.2 : 0.25, CHANGE);
    Found gradual =
        measure(i -> 0.2 + 0.2 * Math.min(1, Math.max(0, (i - CHANGE) / 10_000.0)), CHANGE);
    Found better = measure(i -> i < CHANGE ? 0.3 : 0.2, Integer.MAX_VALUE);

    print("error rate 0.2, no change", still);
    print("error rate falls from 0.5 to 0.1, as in learning", learning);
    print("0.2, then 0.5", clear);
    print("0.2, then 0.3", abrupt);
    print("0.2, then 0.25", small);
    print("0.2, rising to 0.4 over 10,000", gradual);
    print("0.3, then 0.2 (better)", better);

    assertThat(still.falseAlarms).isLessThanOrEqualTo(2);
    assertThat(learning.falseAlarms).isLessThanOrEqualTo(2);
    assertThat(better.falseAlarms).isLessThanOrEqualTo(2);
    for (Found found : List.of(clear, abrupt, small, gradual)) {
      assertThat(found.missed).isZero();
      assertThat(found.falseAlarms).isLessThanOrEqualTo(2);
    }
    assertThat(clear.longest()).isLessThanOrEqualTo(192);
    assertThat(abrupt.longest()).isLessThanOrEqualTo(1_000);
    assertThat(small.longest()).isLessThanOrEqualTo(4_500);
    assertThat(gradual.longest()).isLessThanOrEqualTo(5_000);
    assertThat(abrupt.repeats).isLessThanOrEqualTo(STREAMS / 4);
  }

  private static final int STREAMS = 40;
  private static final int LENGTH = 50_000;
  private static final int CHANGE = 25_000;

  /**
   * @param delays of the first rise found after the change, in numbers, in order of length
   * @param falseAlarms rises found before it
   * @param missed the streams where it was not found
   * @param repeats rises found after the first
   */
  private record Found(List<Integer> delays, int falseAlarms, int missed, int repeats) {
    int median() {
      return delays.get(delays.size() / 2);
    }

    int longest() {
      return delays.get(delays.size() - 1);
    }
  }

  /** Of many streams of ones and zeros, checked in mini-batches of 64. */
  private static Found measure(LongToDoubleFunction rate, int change) {
    List<Integer> delays = new ArrayList<>();
    int falseAlarms = 0;
    int missed = 0;
    int repeats = 0;
    for (int seed = 1; seed <= STREAMS; seed++) {
      Random random = new Random(seed);
      Adwin adwin = new Adwin(Adwin.DELTA);
      boolean isFound = false;
      for (int i = 0; i < LENGTH; i++) {
        adwin.add(random.nextDouble() < rate.applyAsDouble(i) ? 1 : 0);
        if (i % 64 == 63 && adwin.check() == Adwin.Change.RISE) {
          if (i < change) {
            falseAlarms++;
          } else if (isFound) {
            repeats++;
          } else {
            delays.add(i + 1 - change);
            isFound = true;
          }
        }
      }
      missed += change < LENGTH && !isFound ? 1 : 0;
    }
    delays.sort(null);
    return new Found(delays, falseAlarms, missed, repeats);
  }

  private static void print(String stream, Found found) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %d in %,d streams of %,d | %s | %d | %d |%n",
        stream,
        found.falseAlarms,
        STREAMS,
        LENGTH,
        found.delays.isEmpty() ? "" : found.median() + ", " + found.longest(),
        found.missed,
        found.repeats);
  }
}
