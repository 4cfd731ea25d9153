package io.millrace.codec.event;

/** Pauses for some records what failed for most of those before. */
final class Backoff {
  private static final int MOST_FAILURES = 32;
  private static final int FAILURES_AFTER_PAUSE = 24;
  private static final int PAUSE = 2048;

  private boolean isOff;
  private int failures;
  private int pause;

  /** From now on nothing is paused. */
  void turnOff() {
    isOff = true;
  }

  /** Whether the next record goes without; asked once a record. */
  boolean isPaused() {
    if (pause == 0) {
      return false;
    }
    pause--;
    return true;
  }

  void report(boolean success) {
    if (success) {
      failures = Math.max(0, failures - 1);
    } else if (++failures >= MOST_FAILURES && !isOff) {
      failures = FAILURES_AFTER_PAUSE;
      pause = PAUSE;
    }
  }
}
