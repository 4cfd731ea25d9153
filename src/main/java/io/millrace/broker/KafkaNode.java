package io.millrace.broker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.FaultHandlerFactory;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.fault.FaultHandler;
import org.apache.kafka.server.fault.FaultHandlerException;
import org.apache.kafka.server.fault.LoggingFaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Kafka's broker and controller in one, assembled like {@code KafkaRaftServer} of Kafka 4.3.1.
 * Three parts are ours: the open sockets, the handler of fatal errors, and a time limit for
 * stopping. Only this class calls Kafka's internal server API.
 *
 * <p>Start and stop it once, from the threads of the broker.
 */
final class KafkaNode {
  private static final Logger log = LoggerFactory.getLogger(KafkaNode.class);

  /** Called when the node cannot continue. */
  @FunctionalInterface
  interface FaultListener {
    void failed(String message, Throwable cause);
  }

  private final ControllerServer controller;
  private final BrokerServer broker;

  /** Opens the formatted folder; starts nothing yet. */
  KafkaNode(
      Properties settings,
      InetSocketAddress controllerAddress,
      ServerSocketFactory sockets,
      FaultListener listener) {
    KafkaConfig config = KafkaConfig.fromProps(settings, false);
    Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> folder =
        KafkaRaftServer.initializeLogDirs(config, log, "");
    SharedServer shared =
        new SharedServer(
            config,
            folder._1(),
            Time.SYSTEM,
            Server.initializeMetrics(config, Time.SYSTEM, folder._1().clusterId().orElseThrow()),
            CompletableFuture.completedFuture(Map.of(config.nodeId(), controllerAddress)),
            List.of(),
            faultHandlers(listener),
            sockets);
    this.controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), folder._2());
    this.broker = new BrokerServer(shared);
  }

  /** Prepares an empty folder: what {@code kafka-storage.sh format} does. */
  static void format(Path folder, int nodeId, String controllerListener) throws Exception {
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(nodeId)
        .setClusterId(Uuid.randomUuid().toString())
        .setDirectories(List.of(folder.toString()))
        .setMetadataLogDirectory(folder.toString())
        .setControllerListenerName(controllerListener)
        .run();
  }

  /** Returns when clients are served. The controller goes first: the broker registers with it. */
  void start() {
    controller.startup();
    broker.startup();
  }

  /**
   * Stops the broker, then the controller, which the broker's controlled shutdown needs. Skips what
   * was never started.
   *
   * @param patience how long to wait for the controlled shutdown; after it the logs are closed
   *     anyway
   */
  void stop(Duration patience) {
    try {
      broker.shutdown(patience);
      broker.awaitShutdown();
    } finally {
      controller.shutdown();
      controller.awaitShutdown();
    }
  }

  private static FaultHandlerFactory faultHandlers(FaultListener listener) {
    return (name, fatal, action) ->
        fatal ? fatalHandler(name, action, listener) : new LoggingFaultHandler(name, action);
  }

  private static FaultHandler fatalHandler(String name, Runnable action, FaultListener listener) {
    return (message, cause) -> {
      String fault = name + ": " + message;
      action.run();
      listener.failed(fault, cause);
      return new FaultHandlerException(fault, cause);
    };
  }
}
