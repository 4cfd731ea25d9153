package io.millrace.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka in this process: one node that is broker and controller, for trying Millrace out and
 * for tests. Any client can use it, in this process or not.
 *
 * <p>Lifecycle: running from {@code start} until {@link #close}; not restartable, but another one
 * may be started on the same folder, on any port, and finds the data there, after a crash as well.
 * Several brokers may run in one process. A broker that cannot continue (a full disk) reports to
 * {@link #onFatal}. It must still be closed. All methods may be called from any thread.
 *
 * <p>It listens without encryption or passwords: on loopback, or in a network that is trusted.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);

  private static final Duration CONTROLLED_SHUTDOWN = Duration.ofSeconds(10);
  private static final Duration SHUTDOWN = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS_AT_FILES = Duration.ofSeconds(1);

  private final BrokerSockets sockets;
  private final DataFolder folder;
  private final Map<String, String> settings;
  private final BrokerThreads threads;
  private final CompletableFuture<String> failure = new CompletableFuture<>();

  private volatile @Nullable KafkaNode node;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean closed;

  private EmbeddedBroker(BrokerSockets sockets, DataFolder folder, Map<String, String> settings) {
    this.sockets = sockets;
    this.folder = folder;
    this.settings = settings;
    this.threads = new BrokerThreads("embedded-kafka", message -> fail(message, null));
  }

  /**
   * Starts a broker and returns when clients are served, which takes a second or two.
   *
   * @param host the one address to listen on, and the one that clients are told
   * @param port 0 for any free port
   * @param directory holds the data; created and prepared if it is new
   * @throws BrokerException if the port or the folder cannot be used, or Kafka does not start
   */
  public static EmbeddedBroker start(String host, int port, Path directory) {
    return start(host, port, () -> DataFolder.open(directory, BrokerSettings.NODE_ID), Map.of());
  }

  /**
   * As {@link #start}, with a folder of its own that {@link #close} deletes. A process that is
   * killed leaves it behind in the system's temporary folder, as {@code millrace-kafka-*}.
   */
  public static EmbeddedBroker startTemporary(String host, int port) {
    return startTemporary(host, port, Map.of());
  }

  /** With Kafka settings that override ours. Tests use them for TLS and passwords. */
  static EmbeddedBroker startTemporary(String host, int port, Map<String, String> settings) {
    return start(host, port, DataFolder::temporary, settings);
  }

  private static EmbeddedBroker start(
      String host, int port, Supplier<DataFolder> folder, Map<String, String> settings) {
    BrokerSockets sockets = BrokerSockets.open(host, port);
    try {
      return started(new EmbeddedBroker(sockets, folder.get(), settings));
    } catch (BrokerException e) {
      sockets.close();
      throw e;
    }
  }

  private static EmbeddedBroker started(EmbeddedBroker broker) {
    try {
      broker.awaitStart();
      return broker;
    } catch (BrokerException e) {
      broker.close();
      throw e;
    }
  }

  /** Waits for the start or for a fatal error, because Kafka waits for ever after one. */
  private void awaitStart() {
    CompletableFuture<Void> started = threads.run("start", this::startNode);
    var unused =
        failure.thenAccept(reason -> started.completeExceptionally(new BrokerException(reason)));
    try {
      started.join();
    } catch (CompletionException e) {
      throw whyNotStarted(e.getCause() == null ? e : e.getCause());
    }
  }

  /**
   * Fails when files can no longer be opened, twice in a row. Kafka only logs that it could not
   * accept a connection, and its clients wait for minutes.
   */
  private @Nullable Void watchOpenFiles() throws InterruptedException {
    boolean wasShort = false;
    while (!closing.await(BETWEEN_LOOKS_AT_FILES.toMillis(), TimeUnit.MILLISECONDS)) {
      boolean isShort = folder.isShortOfFiles();
      if (isShort && wasShort) {
        fail(DataFolder.TOO_MANY_FILES, null);
        return null;
      }
      wasShort = isShort;
    }
    return null;
  }

  private @Nullable Void startNode() throws Exception {
    var unused = threads.run("files", this::watchOpenFiles);
    if (!folder.isFormatted()) {
      KafkaNode.format(folder.path(), BrokerSettings.NODE_ID, BrokerSettings.CONTROLLER);
    }
    Properties all =
        BrokerSettings.of(folder.path(), sockets.clientAddress(), sockets.controllerAddress());
    all.putAll(settings);
    KafkaNode starting =
        new KafkaNode(
            all,
            sockets.voter(),
            (listener, address, backlog, buffer) -> sockets.channel(listener),
            this::fail);
    node = starting;
    starting.start();
    return null;
  }

  private BrokerException whyNotStarted(Throwable e) {
    if (e instanceof BrokerException sentence) {
      return sentence;
    }
    if (String.valueOf(e.getMessage()).startsWith("Failed to acquire lock")) {
      return DataFolder.inUse(folder.path()); // taken since we looked
    }
    return new BrokerException(sentence("cannot start", String.valueOf(rootOf(e))), e);
  }

  /** The address for clients, as {@code host:port}. */
  public String bootstrapServers() {
    return sockets.clientAddress();
  }

  /** Where the data live. */
  public Path directory() {
    return folder.path();
  }

  /**
   * Calls the handler with one sentence for people when Kafka cannot continue: a full disk, a
   * folder that was deleted. Kafka alone would end the process without a message on the console.
   * Now the process continues without a working broker, and the handler decides.
   *
   * <p>Called once, on a thread of its own (it may end the process or close this broker), and at
   * once if it has happened already. Not called for failures while closing.
   */
  public void onFatal(Consumer<String> handler) {
    var unused =
        failure.thenAcceptAsync(handler, task -> new Thread(task, "embedded-kafka-failed").start());
  }

  private void fail(@Nullable String message, @Nullable Throwable cause) {
    if (closed) { // errors while a broker is closing do not matter
      return;
    }
    if (cause != null) { // without a message, Kafka has logged it
      log.info("Kafka has failed: {}", message, cause); // the handler of onFatal tells people
    }
    if (!folder.isFormatted()) {
      failure.complete(sentence("failed", "its files were deleted"));
    } else if (cause != null) {
      failure.complete(sentence("failed", String.valueOf(rootOf(cause))));
    } else {
      failure.complete(sentence("failed", message != null ? message : "see its log"));
    }
  }

  /** A full disk, or too few open files, cause many different errors, and few of them name it. */
  private String sentence(String what, String reason) {
    String why =
        folder.isFull()
            ? "the disk is full"
            : DataFolder.isShortOfFiles(reason) || folder.isShortOfFiles()
                ? "this process has reached its limit of open files; raise the limit (ulimit -n),"
                    + " for example to 65536"
                : reason;
    return "The embedded Kafka in " + folder.path() + " " + what + ": " + why + ".";
  }

  private static Throwable rootOf(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /**
   * Stops the broker and waits for it: usually half a second, half a minute at most. Clients that
   * are still connected are disconnected, so close them first. The second call does nothing.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    closing.countDown();
    stopNode();
    sockets.close();
    folder.close();
  }

  private void stopNode() {
    KafkaNode stopping = node;
    if (stopping == null) {
      return;
    }
    // A failed controller would not answer the request for a controlled shutdown.
    Duration patience = failure.isDone() ? Duration.ZERO : CONTROLLED_SHUTDOWN;
    try {
      threads
          .run("stop", () -> stop(stopping, patience))
          .orTimeout(SHUTDOWN.toSeconds(), TimeUnit.SECONDS)
          .join();
    } catch (CompletionException e) {
      log.warn("The embedded Kafka in {} did not stop cleanly", folder.path(), e.getCause());
    }
  }

  private static @Nullable Void stop(KafkaNode node, Duration patience) {
    node.stop(patience);
    return null;
  }
}
