package io.millrace.broker;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;

/**
 * A Kafka with ACLs and passwords (SASL_PLAINTEXT, PLAIN), which permits nothing that no ACL names.
 * One user may do everything.
 */
public final class BrokerWithRights implements AutoCloseable {
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\""
          + " password=\"%s\"%s;";
  private static final String SUPER_USER = "all-rights";
  private static final String PASSWORD = "the-same-for-everybody";

  private final EmbeddedBroker broker;

  private BrokerWithRights(EmbeddedBroker broker) {
    this.broker = broker;
  }

  /** Starts one that knows these users, who may do nothing yet. */
  public static BrokerWithRights start(List<String> users) {
    StringBuilder known = new StringBuilder(" user_%s=\"%s\"".formatted(SUPER_USER, PASSWORD));
    users.forEach(user -> known.append(" user_%s=\"%s\"".formatted(user, PASSWORD)));
    String listener = "listener.name." + BrokerSettings.CLIENTS.toLowerCase(Locale.ROOT);
    Map<String, String> settings =
        Map.of(
            "listener.security.protocol.map",
            "%s:SASL_PLAINTEXT,%s:PLAINTEXT"
                .formatted(BrokerSettings.CLIENTS, BrokerSettings.CONTROLLER),
            "sasl.enabled.mechanisms",
            "PLAIN",
            "sasl.mechanism.inter.broker.protocol",
            "PLAIN",
            listener + ".plain.sasl.jaas.config",
            LOGIN.formatted(SUPER_USER, PASSWORD, known),
            "authorizer.class.name",
            StandardAuthorizer.class.getName(),
            // The broker has no name where it talks to its own controller.
            "super.users",
            "User:" + SUPER_USER + ";User:ANONYMOUS");
    return new BrokerWithRights(EmbeddedBroker.startTemporary("127.0.0.1", 0, settings));
  }

  /** {@code host:port} for clients. */
  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** The properties of a client of the user who may do everything. */
  public Map<String, Object> superUser() {
    return new HashMap<>(properties(SUPER_USER));
  }

  /** What a client of a user needs beside the address. */
  public static Map<String, String> properties(String user) {
    return Map.of(
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        LOGIN.formatted(user, PASSWORD, ""));
  }

  @Override
  public void close() {
    broker.close();
  }
}
