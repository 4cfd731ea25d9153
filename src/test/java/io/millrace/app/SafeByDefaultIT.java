package io.millrace.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.broker.EmbeddedBroker;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nobody has to configure in order to be safe. */
@WithKafka
@NullUnmarked // what is absent fails the test
final class SafeByDefaultIT {
  private static final String SECRET = "hunter2-7f3a";

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;

  SafeByDefaultIT(KafkaUnderTest kafka) {
    this.kafka = kafka;
  }

  /** Kafka's own ports and those of the whole process, from this machine's other addresses. */
  @Tag("embedded")
  @Test
  void shouldListenOnLoopbackOnly() throws Exception {
    List<InetAddress> others = new ArrayList<>();
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      each.inetAddresses().filter(address -> !address.isLoopbackAddress()).forEach(others::add);
    }
    if (others.isEmpty()) {
      System.err.println("NOT TESTED: loopback only. This machine has no other address.");
    }
    assumeThat(others).as("addresses beside loopback").isNotEmpty();
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary("localhost", 0)) {
      String servers = broker.bootstrapServers();
      int port = Integer.parseInt(servers.substring(servers.lastIndexOf(':') + 1));
      try (Socket socket = connect(InetAddress.getLoopbackAddress(), port)) {
        assertThat(socket.isConnected()).isTrue();
      }
      for (InetAddress other : others) {
        assertThatThrownBy(() -> connect(other, port).close())
            .as("%s port %d", other, port)
            .isInstanceOf(IOException.class);
      }
    }
    TestLearner learner = TestLearner.of(folder, TestLearner.freeAddress(), yaml());
    try (MillraceProcess run = learner.run("--embedded-broker=" + folder.resolve("data"))) {
      List<Integer> ports = run.listeningPorts();
      assertThat(ports).isNotEmpty();
      for (int port : ports) {
        for (InetAddress other : others) {
          assertThatThrownBy(() -> connect(other, port).close())
              .as("%s port %d of the process", other, port)
              .isInstanceOf(IOException.class);
        }
      }
    }
  }

  private static Socket connect(InetAddress address, int port) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(address, port), 2_000);
    return socket;
  }

  private static String yaml() {
    return """
    model:
      inputs: 2
      hidden: 3
    """;
  }

  /** Secrets in every place where Kafka's own settings have one, and one that is only ours. */
  @Test
  void shouldNeverPrintASecretNotEvenVerbosely() throws Exception {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), yaml());
    Files.writeString(
        learner.config(),
        Files.readString(learner.config())
            .replace(
                "kafka:\n",
                """
                kafka:
                  ssl.key.password: ${MILLRACE_TEST_SECRET}
                  ssl.truststore.password: ${MILLRACE_TEST_SECRET}
                  sasl.jaas.config: 'org.example.Login required password="${MILLRACE_TEST_SECRET}";'
                  consumer.sasl.jaas.config: 'x required password="${MILLRACE_TEST_SECRET}";'
                  producer.ssl.keystore.password: ${MILLRACE_TEST_SECRET}
                  basic.auth.user.info: user:${MILLRACE_TEST_SECRET}
                  something.else: ${MILLRACE_TEST_SECRET}
                """));
    Map<String, String> environment = Map.of("MILLRACE_TEST_SECRET", SECRET);
    String config = learner.config().toString();

    try (MillraceProcess run =
            MillraceProcess.start(environment, "run", "--config", config, "--verbose");
        MillraceProcess check =
            MillraceProcess.start(environment, "check", "--config", config, "--verbose");
        MillraceProcess fault =
            MillraceProcess.start(
                environment,
                "run",
                "--config",
                config,
                "--verbose",
                "--set",
                "kafka.security.protocol=SASL_PLAINTEXT")) {
      run.awaitLine("learns from topic");
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
      assertThat(check.awaitExit()).as(check.toString()).isZero();
      assertThat(fault.awaitExit()).as(fault.toString()).isEqualTo(1);
      assertThat(run.err()).as("verbose").hasSizeGreaterThan(100);
      for (MillraceProcess each : List.of(run, check, fault)) {
        assertThat(each.out()).noneMatch(line -> line.contains(SECRET));
        assertThat(each.err()).noneMatch(line -> line.contains(SECRET));
      }
    }
  }
}
