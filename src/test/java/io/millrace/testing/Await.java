package io.millrace.testing;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, and not longer than it must. */
public final class Await {
  private static final long PAUSE_MILLIS = 100;

  private Await() {}

  /**
   * Returns as soon as the condition holds.
   *
   * @param what names the condition in the failure
   * @throws AssertionError when it does not hold in time
   */
  public static void until(String what, Duration patience, BooleanSupplier condition) {
    until(() -> what, patience, condition);
  }

  /** The same, where only the moment of failure knows what to say. */
  public static void until(Supplier<String> what, Duration patience, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("Not within " + patience + ": " + what.get());
      }
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }
}
