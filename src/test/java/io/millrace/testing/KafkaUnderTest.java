package io.millrace.testing;

import io.millrace.broker.EmbeddedBroker;
import org.testcontainers.kafka.KafkaContainer;

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
      case "embedded" -> Embedded.start();
      case "container" -> Container.start();
      default ->
          throw new IllegalArgumentException(
              PROPERTY + " must be embedded or container. Got: " + chosen);
    };
  }

  /** The broker that Millrace embeds. */
  record Embedded(EmbeddedBroker broker) implements KafkaUnderTest {
    static Embedded start() {
      System.out.println(
          "[Kafka under test] the embedded broker. NOT run here: the same tests against Kafka in a"
              + " container, and those of the tag \"docker\"; for them, mvn verify -Pcontainers");
      return new Embedded(EmbeddedBroker.startTemporary("localhost", 0));
    }

    @Override
    public String bootstrapServers() {
      return broker.bootstrapServers();
    }

    @Override
    public void close() {
      broker.close();
    }
  }

  /** Kafka in a Docker container. */
  record Container(KafkaContainer container) implements KafkaUnderTest {
    static Container start() {
      KafkaContainer container =
          new KafkaContainer(KafkaImage.name()).withStartupTimeout(TestTopics.PATIENCE);
      container.start();
      System.out.printf(
          "[Kafka under test] a container of image %s at %s. NOT run here: the tests of the tag"
              + " \"embedded\", which are about the embedded broker%n",
          container.getDockerImageName(), container.getBootstrapServers());
      return new Container(container);
    }

    @Override
    public String bootstrapServers() {
      return container.getBootstrapServers();
    }

    @Override
    public void close() {
      container.stop();
    }
  }
}
