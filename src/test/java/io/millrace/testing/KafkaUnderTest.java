package io.millrace.testing;

import io.millrace.broker.EmbeddedBroker;

/**
 * The Kafka that a test runs against; which one it is, is none of the test's business. Chosen by
 * the system property {@value #PROPERTY}: {@code embedded} (the default) or {@code container}.
 */
public interface KafkaUnderTest extends AutoCloseable {
  String PROPERTY = "millrace.test.kafka";

  /** {@code host:port} for clients. */
  String bootstrapServers();

  /** Stops it and forgets its data. */
  @Override
  void close();

  /**
   * Starts the chosen Kafka, empty.
   *
   * @throws IllegalArgumentException if the system property names none
   */
  static KafkaUnderTest start() {
    String chosen = System.getProperty(PROPERTY, "embedded");
    return switch (chosen) {
      case "embedded" -> new Embedded(EmbeddedBroker.startTemporary("localhost", 0));
      case "container" ->
          throw new UnsupportedOperationException(
              "-D" + PROPERTY + "=container: the tests cannot start a Kafka container yet");
      default ->
          throw new IllegalArgumentException(
              PROPERTY + " must be embedded or container. Got: " + chosen);
    };
  }

  /** The broker that Millrace embeds. */
  record Embedded(EmbeddedBroker broker) implements KafkaUnderTest {
    @Override
    public String bootstrapServers() {
      return broker.bootstrapServers();
    }

    @Override
    public void close() {
      broker.close();
    }
  }
}
