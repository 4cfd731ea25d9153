package io.millrace.app.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The wish to stop: Ctrl-C, SIGTERM, or a failure. The JVM's shutdown waits until the command has
 * closed everything, and then ends with the command's exit code instead of the signal's.
 */
public final class Stop {
  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(60);

  private final CountDownLatch requested = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private volatile int exitCode = ExitException.FAILURE;

  /** Stops on the JVM's shutdown; called once, by {@code main}. */
  public void onShutdown() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "shutdown"));
  }

  private void shutDown() {
    request();
    try {
      finished.await(LONGEST_CLOSE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(exitCode);
  }

  void request() {
    requested.countDown();
  }

  /** Stops because of a failure; the first one is told. */
  public void fail(String line) {
    failure.compareAndSet(null, line);
    request();
  }

  /** Whether it is a failure that stopped the command. */
  public boolean hasFailed() {
    return failure.get() != null;
  }

  /** What failed, if anything did. */
  public @Nullable String failure() {
    return failure.get();
  }

  /** Throws when it is a failure that stopped the command. */
  public void throwIfFailed() {
    String line = failure.get();
    if (line != null) {
      throw ExitException.failure(line);
    }
  }

  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /** Waits for the wish to stop. Returns whether it came within that time. */
  public boolean await(Duration timeout) {
    try {
      return requested.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Says that everything is closed. */
  public void finished(int exitCode) {
    this.exitCode = exitCode;
    finished.countDown();
  }
}
