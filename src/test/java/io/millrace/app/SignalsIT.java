package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.testing.Await;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * SIGTERM ends every command wherever it is, in a clean way. A command that does not close in time
 * says so on standard error, which is what these tests look at: they measure no time.
 */
@WithKafka
final class SignalsIT {
  private static final int JVM_TERMINATED = 143;
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      training:
        batchSize: 8
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;

  SignalsIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  private TestLearner learner(String servers) throws IOException {
    return TestLearner.of(folder, servers, YAML);
  }

  /** Before its first line a JVM has nothing of ours that could end it. */
  @Test
  void shouldEndAtOnceAfterItsStart() throws IOException {
    try (MillraceProcess run =
        learner(TestLearner.freeAddress()).start("run", "--embedded-broker")) {
      run.terminate();

      assertThat(run.awaitExit()).as(run.toString()).isIn(0, JVM_TERMINATED);
      assertThat(run.err())
          .filteredOn(line -> !line.equals("Stopped before it was done"))
          .isEmpty();
    }
  }

  @Test
  void shouldEndWhileItsBrokerStarts() throws IOException {
    try (MillraceProcess run =
        learner(TestLearner.freeAddress()).start("run", "--embedded-broker")) {
      Await.until("a port", MillraceProcess.PATIENCE, () -> listens(run));

      run.terminate();

      assertEndsWell(run, 0);
    }
  }

  private static boolean listens(MillraceProcess process) {
    try {
      return !process.listeningPorts().isEmpty();
    } catch (IOException e) {
      throw new AssertionError(process.toString(), e);
    }
  }

  /** The exit code of replay is its answer, and there was none. */
  @ParameterizedTest
  @CsvSource({"run,0", "feed,0", "model show,0", "model list,0", "replay,1", "reset,0"})
  void shouldEndWhileKafkaDoesNotAnswer(String command, int code) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      TestLearner learner = learner("127.0.0.1:" + silent.getLocalPort());
      List<String> args = new ArrayList<>(List.of(command.split(" ", -1)));
      if (command.equals("feed")) {
        Path file = Files.writeString(folder.resolve("events.jsonl"), "{}\n");
        args.add(file.toString());
      }
      args.addAll(List.of("--config", learner.config().toString()));
      try (MillraceProcess process = MillraceProcess.start(args.toArray(String[]::new));
          Socket asked = silent.accept()) {
        assertThat(asked.isConnected()).isTrue();

        process.terminate();

        assertEndsWell(process, code);
      }
    }
  }

  @Test
  void shouldSendWhatItHasReadWhereItWaitsForMore() throws IOException {
    TestLearner learner = learner(kafka.bootstrapServers());
    try (MillraceProcess feed =
            MillraceProcess.start("feed", "-", "--config", learner.config().toString());
        OutputStream in = feed.standardInput()) {
      in.write("{\"a\":1}\n{\"a\":2}\n{\"half\":".getBytes(UTF_8));
      in.flush();
      Await.until("the topic", MillraceProcess.PATIENCE, () -> topics.exists(learner.examples()));
      assertThat(topics.consume(learner.examples(), 2)).hasSize(2);

      feed.terminate();

      assertThat(feed.awaitExit()).as(feed.toString()).isZero();
      assertThat(feed.err()).singleElement().asString().startsWith("Sent 2 events to topic ");
    }
    assertThat(topics.all(learner.examples())).hasSize(2);
  }

  /** The prompt needs a terminal, which script(1) makes. */
  @Test
  void shouldForgetNothingWhenItEndsAtTheQuestion() throws Exception {
    Path script = Path.of("/usr/bin/script");
    assumeTrue(Files.isExecutable(script), "no script(1) on this machine");
    TestLearner learner = learner(kafka.bootstrapServers());
    topics.produce(learner.miniBatches(), 0, learner.name().getBytes(UTF_8), new byte[1], Map.of());
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String command =
        "exec %s -jar %s reset --config %s"
            .formatted(
                java, Objects.requireNonNull(System.getProperty("millrace.jar")), learner.config());
    Path log = folder.resolve("terminal");
    Process terminal =
        new ProcessBuilder(script.toString(), "-qefc", command, log.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    try {
      Await.until(() -> text(log), MillraceProcess.PATIENCE, () -> text(log).contains("[y/N]"));

      terminal
          .descendants()
          .filter(each -> each.info().command().orElse("").endsWith("java"))
          .forEach(ProcessHandle::destroy);

      assertThat(terminal.waitFor()).as(text(log)).isZero();
      assertThat(text(log))
          .contains("Stopped before it was done")
          .doesNotContain("\tat ", "did not close");
      assertThat(topics.all(learner.miniBatches())).hasSize(1);
    } finally {
      terminal.descendants().forEach(ProcessHandle::destroyForcibly);
      terminal.destroyForcibly();
    }
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldCommitUnderLoad() throws IOException {
    TestLearner learner = learner(kafka.bootstrapServers());
    StringBuilder rows = new StringBuilder("a,b,label\n");
    for (int i = 0; i < 1000; i++) {
      rows.append(i % 3).append(',').append(i % 5).append(',').append(i % 2).append('\n');
    }
    Path events = Files.writeString(folder.resolve("events.csv"), rows);
    try (MillraceProcess run = learner.run();
        MillraceProcess feed =
            MillraceProcess.start(
                "feed",
                events.toString(),
                "--config",
                learner.config().toString(),
                "--repeat",
                "100000")) {
      learner.costs(topics, 50);

      run.terminate();

      assertEndsWell(run, 0);
      assertThat(run.out())
          .anyMatch(
              line ->
                  line.matches(
                      "Learned [0-9,]+ examples in [0-9,]+ mini-batches. Topic .* has 0 dead letters."))
          .anyMatch(line -> line.startsWith("Cost "))
          .anyMatch(line -> line.startsWith("Accuracy "));
      feed.terminate();
      assertThat(feed.awaitExit()).as(feed.toString()).isZero();
      assertThat(feed.err()).singleElement().asString().startsWith("Sent ");
    }
  }

  @ParameterizedTest
  @CsvSource({"8m", "12m", "16m", "24m"})
  void shouldSayThatTheMemoryIsTooSmall(String heap) throws IOException {
    TestLearner learner = learner(kafka.bootstrapServers());
    try (MillraceProcess run =
        MillraceProcess.startWithHeap(heap, "run", "--config", learner.config().toString())) {
      assertThat(run.awaitExit()).as(run.toString()).isEqualTo(1);
      assertThat(run.err()).singleElement().asString().contains("Not enough memory", "-Xmx");
    }
  }

  private static void assertEndsWell(MillraceProcess process, int code) {
    assertThat(process.awaitExit()).as(process.toString()).isEqualTo(code);
    assertThat(process.err())
        .as(process.toString())
        .allMatch(line -> line.equals("Stopped before it was done"));
  }
}
