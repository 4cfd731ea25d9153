package io.millrace.broker;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.utils.Exit;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one broker. Everything Kafka starts from {@link #run} belongs to one thread group,
 * so that when Kafka wants to end the process, we know which broker has failed, and the process can
 * report it.
 *
 * <p>Kafka ends the process through one static hook, {@code Exit}, when it cannot continue: all its
 * folders have failed, or an invariant is broken. From a broker's thread that call now stops this
 * thread and reports to the broker; from any other thread it behaves as before. (Kafka provides the
 * setters of the hook for tests. There is no other way to intercept it.)
 */
final class BrokerThreads {
  static {
    Exit.setExitProcedure((status, message) -> end(message, () -> System.exit(status)));
    Exit.setHaltProcedure(
        (status, message) -> end(message, () -> Runtime.getRuntime().halt(status)));
  }

  /** Called when a broker cannot continue, on the broker's thread, possibly more than once. */
  @FunctionalInterface
  interface FatalListener {
    void failed(@Nullable String message);
  }

  private final Group group;

  BrokerThreads(String name, FatalListener listener) {
    this.group = new Group(name, listener);
  }

  /**
   * Runs a task on a new thread of the broker.
   *
   * @return completed when the task has ended, exceptionally if it threw
   */
  CompletableFuture<Void> run(String name, Callable<?> task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread = new Thread(group, () -> complete(done, task), group.getName() + "-" + name);
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  private static void complete(CompletableFuture<Void> done, Callable<?> task) {
    try {
      task.call();
      done.complete(null);
    } catch (Throwable e) { // the waiting thread must get errors, too
      done.completeExceptionally(e);
    }
  }

  private static void end(@Nullable String message, Runnable elsewhere) {
    Group group = groupOf(Thread.currentThread());
    if (group == null) {
      elsewhere.run();
      return;
    }
    group.listener.failed(message);
    throw new ThreadStopped(); // Kafka's code relies on the call not to return
  }

  private static @Nullable Group groupOf(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    while (group != null && !(group instanceof Group)) {
      group = group.getParent();
    }
    return (Group) group;
  }

  private static final class Group extends ThreadGroup {
    private final FatalListener listener;

    Group(String name, FatalListener listener) {
      super(name);
      this.listener = listener;
    }

    /** A thread that we stopped reports nothing at its end. */
    @Override
    public void uncaughtException(Thread thread, Throwable e) {
      if (!(e instanceof ThreadStopped)) {
        super.uncaughtException(thread, e);
      }
    }
  }

  /** An error, because Kafka continues after many exceptions. */
  private static final class ThreadStopped extends Error {
    private static final long serialVersionUID = 1L;

    ThreadStopped() {
      super("the embedded Kafka failed", null, false, false);
    }
  }
}
