package io.millrace.app.process;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * The request to stop: Ctrl-C, SIGTERM, or a failure in another thread.
 *
 * <p>It interrupts the command's thread, wherever that waits, so that the command closes what it
 * has opened. A command that looks for the request itself calls {@link #interruptNoMore} first. The
 * JVM's shutdown waits until the command has closed everything, within a bound, and then ends with
 * the command's exit code instead of the signal's.
 */
public final class Stop {
  /** A signal ends a command within five seconds. */
  private static final Duration CLOSE = Duration.ofSeconds(4);

  /** Kubernetes kills a process 30 seconds after SIGTERM. */
  private static final Duration CLOSE_LEARNER = Duration.ofSeconds(25);

  private final CountDownLatch requested = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

  /** The thread to interrupt; null when it must not be interrupted. */
  private @Nullable Thread command;

  private volatile Duration patience = CLOSE;
  private volatile int exitCode = ExitException.FAILURE;

  /**
   * Stops the command of the current thread on the JVM's shutdown; called once, by {@code main}.
   */
  public void onShutdown() {
    synchronized (this) {
      command = Thread.currentThread();
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "shutdown"));
  }

  private void shutDown() {
    request();
    try {
      if (!finished.await(patience.toSeconds(), TimeUnit.SECONDS)) {
        System.err.printf(
            Locale.ROOT,
            "Not closed within %d seconds, ended all the same%n",
            patience.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(exitCode);
  }

  private void request() {
    synchronized (this) {
      if (command != null && finished.getCount() > 0 && !isRequested()) {
        command.interrupt();
      }
      requested.countDown();
    }
  }

  /**
   * From now on a request does not interrupt the command's thread: it closes what must be closed
   * completely, or looks for the request itself. An interrupt that came before is forgotten.
   */
  public void interruptNoMore() {
    synchronized (this) {
      if (command == Thread.currentThread()) {
        command = null;
        Thread.interrupted();
      }
    }
  }

  /** Gives the command the time that a learner needs to commit and to leave its group. */
  public void waitForLearner() {
    patience = CLOSE_LEARNER;
  }

  /** Stops because of a failure; the first one is reported. */
  public void fail(String line) {
    failure.compareAndSet(null, line);
    request();
  }

  /** Whether a failure stopped the command. */
  public boolean hasFailed() {
    return failure.get() != null;
  }

  /** What failed, if anything did. */
  public @Nullable String failure() {
    return failure.get();
  }

  /** Throws when a failure stopped the command. */
  public void throwIfFailed() {
    String line = failure.get();
    if (line != null) {
      throw ExitException.failure(line);
    }
  }

  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /** Whether an exception says that the request interrupted the command. */
  public boolean hasCaused(Throwable e) {
    return isRequested()
        && Stream.iterate(e, Objects::nonNull, Throwable::getCause).anyMatch(Stop::isInterruption);
  }

  private static boolean isInterruption(Throwable e) {
    return e instanceof InterruptedException
        || e instanceof InterruptException
        || e instanceof InterruptedIOException
        || e instanceof ClosedByInterruptException
        // Kafka's server adds a hook of its own as it starts, which the JVM refuses by now.
        || (e instanceof IllegalStateException && "Shutdown in progress".equals(e.getMessage()));
  }

  /** Waits for the request to stop. Returns whether it came within that time. */
  public boolean await(Duration timeout) {
    try {
      return requested.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Reports that everything is closed. */
  public void finished(int exitCode) {
    this.exitCode = exitCode;
    finished.countDown();
  }
}
