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
 * <p>The request interrupts the thread of the command, so that the command closes what it has
 * opened. A command that checks for the request itself calls {@link #interruptNoMore} first. The
 * shutdown hook of the JVM waits until the command has closed everything, with a time limit. The
 * process then ends with the exit code of the command, not with that of the signal.
 */
public final class Stop {
  /** The time limit after a signal: a command ends within five seconds. */
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
   * Makes the shutdown of the JVM stop the command of the current thread. {@code main} calls it
   * once.
   */
  public void onShutdown() {
    interruptThisThread();
    Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "shutdown"));
  }

  /** Makes the request to stop interrupt the current thread. */
  synchronized void interruptThisThread() {
    command = Thread.currentThread();
  }

  private void shutDown() {
    request();
    try {
      if (!finished.await(patience.toSeconds(), TimeUnit.SECONDS)) {
        System.err.printf(
            Locale.ROOT,
            "The learner did not close within %d seconds, and the process ended anyway%n",
            patience.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(exitCode);
  }

  private void request() {
    synchronized (this) {
      boolean isFirst = !isRequested();
      requested.countDown(); // before the interrupt, whose exception asks hasCaused
      if (command != null && finished.getCount() > 0 && isFirst) {
        command.interrupt();
      }
    }
  }

  /**
   * Ends the interrupts: the command now closes what must be closed completely, or checks for the
   * request itself. A pending interrupt is cleared.
   */
  public void interruptNoMore() {
    synchronized (this) {
      if (command == Thread.currentThread()) {
        command = null;
        Thread.interrupted();
      }
    }
  }

  /** Extends the time limit to what a learner needs to commit and to leave its group. */
  public void waitForLearner() {
    patience = CLOSE_LEARNER;
  }

  /** Stops because of a failure. Only the first failure is reported. */
  public void fail(String line) {
    failure.compareAndSet(null, line);
    request();
  }

  /** Whether a failure stopped the command. */
  public boolean hasFailed() {
    return failure.get() != null;
  }

  /** The failure, or null. */
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
        // Kafka's server adds its own hook at its start. During a shutdown the JVM refuses that.
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
