package io.millrace.broker;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/**
 * The settings of a single-node Kafka: it has no other node to replicate to or to wait for, and it
 * shares the heap with the learner. Topic settings stay at Kafka's defaults. Whoever creates a
 * topic sets them.
 */
public final class BrokerSettings {
  static final int NODE_ID = 1;
  static final String CLIENTS = "CLIENTS";
  static final String CONTROLLER = "CONTROLLER";

  /** Internal topics: one partition and one replica serve one node, and start fastest. */
  private static final Map<String, String> ALONE =
      Map.ofEntries(
          Map.entry("default.replication.factor", "1"),
          Map.entry("min.insync.replicas", "1"),
          Map.entry("offsets.topic.num.partitions", "1"),
          Map.entry("offsets.topic.replication.factor", "1"),
          Map.entry("transaction.state.log.num.partitions", "1"),
          Map.entry("transaction.state.log.replication.factor", "1"),
          Map.entry("transaction.state.log.min.isr", "1"),
          Map.entry("share.coordinator.state.topic.num.partitions", "1"),
          Map.entry("share.coordinator.state.topic.replication.factor", "1"),
          Map.entry("share.coordinator.state.topic.min.isr", "1"));

  private static final Map<String, String> PROMPT =
      Map.of(
          "group.initial.rebalance.delay.ms",
          "0",
          "controlled.shutdown.enable",
          "true",
          // A restarted broker cannot register before its former session has ended.
          "broker.session.timeout.ms",
          "1000",
          // Several heartbeats per session: after a missed session every partition is briefly
          // offline.
          "broker.heartbeat.interval.ms",
          "200",
          // The open transaction of a killed process blocks every reader of committed
          // records until it has timed out and the broker looks for it: by default every 10
          // seconds.
          "transaction.abort.timed.out.transaction.cleanup.interval.ms",
          "1000",
          // Kafka would wait for ever. Checking large logs after a crash takes minutes at most.
          "server.max.startup.time.ms",
          "300000");

  private static final Map<String, String> SMALL =
      Map.of(
          // Allocated at the start, 128 MB by default. 8 MB are enough for 300,000 keys per
          // cleaning.
          "log.cleaner.dedupe.buffer.size", "8388608");

  /** The system lets a socket's buffer grow; Kafka's 100 KB cut a request into many pieces. */
  private static final Map<String, String> BROAD =
      Map.of("socket.receive.buffer.bytes", "-1", "socket.send.buffer.bytes", "-1");

  private BrokerSettings() {}

  static Properties of(Path folder, String clients, String controller) {
    Properties settings = new Properties();
    settings.putAll(ALONE);
    settings.putAll(PROMPT);
    settings.putAll(SMALL);
    settings.putAll(BROAD);
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", String.valueOf(NODE_ID));
    settings.put("log.dirs", folder.toString());
    settings.put("controller.quorum.voters", NODE_ID + "@" + controller);
    settings.put("controller.listener.names", CONTROLLER);
    settings.put("inter.broker.listener.name", CLIENTS);
    settings.put("listeners", CLIENTS + "://" + clients + "," + CONTROLLER + "://" + controller);
    settings.put("advertised.listeners", CLIENTS + "://" + clients);
    settings.put(
        "listener.security.protocol.map", CLIENTS + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
    return settings;
  }
}
