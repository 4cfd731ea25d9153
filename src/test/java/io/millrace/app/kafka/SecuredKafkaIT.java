package io.millrace.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.SecuredBroker;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Kafka that wants TLS and a password: what stands under {@code kafka} reaches every client, and
 * the secrets, which come from the environment, are shown nowhere.
 */
@NullUnmarked // what a test writes before it runs anything
@Tag("embedded")
final class SecuredKafkaIT {
  private static final String PASSWORD = "hunter2-0b9e";
  private static final String WRONG = "letmein-4d1c";

  private static final String SECURITY =
      """
      kafka:
        security.protocol: SASL_SSL
        sasl.mechanism: PLAIN
        sasl.jaas.config: 'org.apache.kafka.common.security.plain.PlainLoginModule required username="learner" password="${MILLRACE_TEST_PASSWORD}";'
        ssl.truststore.location: TRUSTSTORE
        ssl.truststore.password: ${MILLRACE_TEST_TRUST}
      """;

  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      training:
        batchSize: 4
        maxWait: never
      publish:
        snapshotEvery: 5
        snapshotInterval: 1h
      """;

  @TempDir private Path folder;
  private String config;
  private Path events;

  @Test
  void shouldReachItWithTheRightPasswordAlone() throws Exception {
    try (SecuredBroker broker = SecuredBroker.start(folder, "learner", PASSWORD)) {
      write(broker);
      Map<String, String> right = environment(broker, PASSWORD);
      try (MillraceProcess run = start(right, "run")) {
        run.awaitLine("learns from topic");
        succeed(right, broker, "feed", events.toString());
        run.awaitLine("version 10");
        assertThat(succeed(right, broker, "model", "show"))
            .anyMatch(line -> line.matches("version +10 updates"));
        assertThat(succeed(right, broker, "replay")).anyMatch(line -> line.contains("bit for bit"));
        assertThat(succeed(right, broker, "check")).contains("  security.protocol: SASL_SSL");

        failWithTheWrongPassword(broker);

        run.terminate();
        assertThat(run.awaitExit()).as(run.toString()).isZero();
        assertSilentOnSecrets(run, broker);
      }
    }
  }

  /** Kafka's client would only say that time went by. */
  @Test
  void shouldSayThatThePortSpeaksTls() throws Exception {
    try (SecuredBroker broker = SecuredBroker.start(folder, "learner", PASSWORD)) {
      TestLearner plain = TestLearner.of(folder, broker.bootstrapServers(), YAML);
      try (MillraceProcess show = plain.model("show")) {
        assertThat(show.awaitExit()).as(show.toString()).isEqualTo(1);
        assertThat(show.err())
            .singleElement()
            .asString()
            .contains("the port speaks TLS", "security.protocol");
      }
    }
  }

  private void write(SecuredBroker broker) throws Exception {
    TestLearner learner = TestLearner.of(folder, broker.bootstrapServers(), YAML);
    String security = SECURITY.replace("TRUSTSTORE", broker.truststore().toString());
    Files.writeString(
        learner.config(), Files.readString(learner.config()).replace("kafka:\n", security));
    config = learner.config().toString();
    StringBuilder rows = new StringBuilder("a,b,label\n");
    for (int i = 0; i < 40; i++) {
      rows.append("%d,%d,%d%n".formatted(i % 3, i % 5, i % 2));
    }
    events = Files.writeString(folder.resolve("events.csv"), rows);
  }

  private static Map<String, String> environment(SecuredBroker broker, String password) {
    return Map.of(
        "MILLRACE_TEST_PASSWORD", password, "MILLRACE_TEST_TRUST", broker.truststorePassword());
  }

  /** Starts a command that logs all that it can. */
  private MillraceProcess start(Map<String, String> environment, String... command) {
    List<String> args = new ArrayList<>(List.of(command));
    args.addAll(List.of("--config", config, "--verbose"));
    return MillraceProcess.start(environment, args.toArray(String[]::new));
  }

  private List<String> succeed(
      Map<String, String> environment, SecuredBroker broker, String... command) {
    try (MillraceProcess process = start(environment, command)) {
      assertThat(process.awaitExit()).as(process.toString()).isZero();
      assertSilentOnSecrets(process, broker);
      return process.out();
    }
  }

  /**
   * One after the other: none waits for ever until Kafka refuses it. The learner once more with all
   * that it can log.
   */
  private void failWithTheWrongPassword(SecuredBroker broker) {
    Map<String, String> wrong = environment(broker, WRONG);
    for (List<String> command :
        List.of(
            List.of("run"),
            List.of("feed", events.toString()),
            List.of("model", "show"),
            List.of("replay"))) {
      List<String> args = new ArrayList<>(command);
      args.addAll(List.of("--config", config));
      try (MillraceProcess each = MillraceProcess.start(wrong, args.toArray(String[]::new))) {
        assertThat(each.awaitExit()).as(each.toString()).isEqualTo(1);
        assertSilentOnSecrets(each, broker);
        assertThat(each.err()).as(each.toString()).hasSize(1);
        assertThat(each.err().get(0))
            .contains("Cannot reach Kafka at " + broker.bootstrapServers())
            .contains("Authentication failed");
      }
    }
    try (MillraceProcess verbose = start(wrong, "run")) {
      assertThat(verbose.awaitExit()).as(verbose.toString()).isEqualTo(1);
      assertSilentOnSecrets(verbose, broker);
    }
  }

  private static void assertSilentOnSecrets(MillraceProcess process, SecuredBroker broker) {
    for (String secret : List.of(PASSWORD, WRONG, broker.truststorePassword())) {
      assertThat(process.out()).noneMatch(line -> line.contains(secret));
      assertThat(process.err()).noneMatch(line -> line.contains(secret));
    }
  }
}
