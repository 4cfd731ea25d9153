package io.millrace.app.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person reads who did something wrong: one line a fault, with what to do about it, and an
 * exit code; never a stack trace. The processes of a test run side by side.
 */
@WithKafka
final class FaultsIT {
  private static final int FAILURE = 1;
  private static final int USAGE = 2;

  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      training:
        batchSize: 2
        maxWait: never
      publish:
        snapshotEvery: 1
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private TestLearner learner;
  private String config;

  FaultsIT(KafkaUnderTest kafka) {
    this.kafka = kafka;
  }

  @BeforeEach
  void writeConfiguration() throws IOException {
    learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    config = learner.config().toString();
  }

  private record Case(MillraceProcess process, int code, List<String> lines) {}

  /** Commands that fail, and what they say; each line is named by what it contains. */
  private static final class Cases {
    private final List<Case> cases = new ArrayList<>();

    Cases add(int code, String line, String... args) {
      return add(code, List.of(line), args);
    }

    Cases add(int code, List<String> lines, String... args) {
      cases.add(new Case(MillraceProcess.start(args), code, lines));
      if (cases.size() % 4 == 0) { // no more at once than the machine can bear
        cases.forEach(each -> each.process().awaitExit());
      }
      return this;
    }

    void check() {
      for (Case each : cases) {
        try (MillraceProcess process = each.process()) {
          assertThat(process.awaitExit()).as(process.toString()).isEqualTo(each.code());
          // A snapshot that does not fit is reported by another thread, or not before the end.
          List<String> err =
              process.err().stream().filter(line -> !line.contains("SnapshotKeeper")).toList();
          assertThat(err)
              .as(process.toString())
              .hasSameSizeAs(each.lines())
              .noneMatch(line -> line.contains("\tat ") || line.contains("Exception"));
          for (int i = 0; i < each.lines().size(); i++) {
            assertThat(err.get(i)).as(process.toString()).contains(each.lines().get(i));
          }
        }
      }
    }
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void shouldNameEachFaultOfAConfiguration() throws IOException {
    String faulty =
        write(
            "faulty.yaml",
            """
            application: faulty
            kafka: {bootstrap.servers: "localhost:9092"}
            model:
              hidden: four
            trainning:
              batchSize: 3
            threads: 0
            """);
    String parameters = write("p.json", "{\"W1\":[[1,2]],\"b1\":[0],\"W2\":[[1]],\"b2\":[0]}");
    String broken = write("broken.json", "{\"W1\":[[1,2]],");
    String snapshot = write("snapshot.json", "{\"format\":\"millrace-snapshot/2\"}");
    String set = "model.initialParameters=";

    new Cases()
        .add(
            USAGE,
            List.of(
                "faulty.yaml:3: model.inputs: missing",
                "faulty.yaml:4: model.hidden: expected a whole number, got \"four\"",
                "faulty.yaml:5: trainning: unknown key; did you mean training?",
                "faulty.yaml:7: threads: must be at least 1, got \"0\""),
            "run",
            "--config",
            faulty)
        .add(USAGE, "nowhere.yaml: no such file", "check", "--config", "nowhere.yaml")
        .add(USAGE, folder + ": is a directory", "run", "--config", folder.toString())
        .add(USAGE, "invalid YAML", "check", "--config", write("not.yaml", "a: b: c"))
        .add(USAGE, "did you mean model.hidden?", "demo", "--set", "model.hiden=3")
        .add(USAGE, "readable file", "run", "--config", config, "--set", set + "nowhere.json")
        .add(
            USAGE,
            "p.json: model.initialParameters: hidden: 1 in the file, 3 in the configuration",
            "run",
            "--config",
            config,
            "--set",
            set + parameters)
        .add(USAGE, "Broken JSON", "check", "--config", config, "--set", set + broken)
        .add(USAGE, "millrace-snapshot/2", "check", "--config", config, "--set", set + snapshot)
        .check();
  }

  @Test
  void shouldSayWhatIsWrongOnTheCommandLine() throws IOException {
    String csv = write("events.csv", "a,b,delay\n1,2,0\n");
    new Cases()
        .add(USAGE, "Missing required option: '--config=FILE'", "run")
        .add(USAGE, "Unknown option: '--confg=x'", "feed", "--confg=x", csv, "--config", config)
        .add(USAGE, "Unmatched argument at index 0: 'lern'", "lern")
        .add(USAGE, "Missing required subcommand")
        .add(USAGE, "Missing required subcommand", "model")
        .add(USAGE, "Missing required parameter: 'FILE'", "feed", "--config", config)
        .add(
            USAGE,
            "expected a rate like 500/s, got \"fast\"",
            "feed",
            csv,
            "--config",
            config,
            "--rate",
            "fast")
        .add(USAGE, "expected a duration", "demo", "--for", "3 weeks")
        .add(
            USAGE,
            "--limit: expected 1 or more, got 0",
            "feed",
            csv,
            "--config",
            config,
            "--limit=0")
        .add(USAGE, "there is no such file", "feed", "nowhere.csv", "--config", config)
        .add(
            USAGE,
            "no column \"label\" for example.label. Its columns are: a, b, delay",
            "feed",
            csv,
            "--config",
            config)
        .add(USAGE, "expected a file that ends in .csv", "feed", config, "--config", config)
        .add(
            USAGE,
            "the embedded broker listens on one host:port",
            "run",
            "--config",
            config,
            "--embedded-broker",
            "--set",
            "kafka.bootstrap.servers=a:1,b:2")
        .check();
  }

  @Test
  void shouldNameTheKafkaThatCannotBeReached() throws IOException {
    String address = TestLearner.freeAddress();
    String servers = "kafka.bootstrap.servers=" + address;
    String csv = write("events.csv", "a,b,label\n1,2,0\n");
    String unreachable =
        "Cannot reach Kafka at " + address + " (kafka.bootstrap.servers): no answer within ";
    String unknown = "kafka.bootstrap.servers=no-such-host.invalid:9092";
    Cases cases = new Cases();
    cases
        .add(FAILURE, unreachable, "run", "--config", config, "--set", servers)
        .add(FAILURE, unreachable, "feed", csv, "--config", config, "--set", servers)
        .add(FAILURE, unreachable, "model", "show", "--config", config, "--set", servers)
        .check();
    new Cases()
        .add(
            FAILURE,
            "Cannot reach Kafka at no-such-host.invalid:9092",
            "run",
            "--config",
            config,
            "--set",
            unknown)
        .check();
  }

  @Tag("embedded")
  @Test
  void shouldSayWhyTheEmbeddedBrokerCannotStart() throws IOException {
    String file = write("file", "");
    String address = TestLearner.freeAddress();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = "127.0.0.1:" + taken.getLocalPort();
      new Cases()
          .add(
              FAILURE,
              "Port " + port + " is in use",
              "run",
              "--config",
              config,
              "--embedded-broker",
              "--set",
              "kafka.bootstrap.servers=" + port)
          .add(
              FAILURE,
              "Port " + port + " is in use",
              "demo",
              "--set",
              "kafka.bootstrap.servers=" + port)
          .add(
              FAILURE,
              "The data folder " + file + " is a file",
              "run",
              "--config",
              config,
              "--embedded-broker=" + file,
              "--set",
              "kafka.bootstrap.servers=" + address)
          .check();
    }
  }

  @Test
  void shouldSayThatAStateOrTopicDoesNotFit(TestTopics topics) throws IOException {
    String log = topics.create("log", 2);
    new Cases()
        .add(
            FAILURE,
            "Topic %s has 2 partitions, but the training log (topics.miniBatches)".formatted(log),
            "run",
            "--config",
            config,
            "--set",
            "topics.miniBatches=" + log)
        .add(
            FAILURE,
            "has no snapshot of model " + learner.name(),
            "model",
            "show",
            "--config",
            config)
        .check();

    try (MillraceProcess run = learner.run()) {
      byte[] example = "{\"features\":[1,2],\"label\":1}".getBytes(UTF_8);
      ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(learner.examples(), example);
      topics.produce(List.of(record, record, record));
      learner.snapshots(topics, 1);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }

    new Cases()
        .add(
            FAILURE,
            "m.json cannot be written: there is no such file or folder",
            "model",
            "export",
            "--config",
            config,
            "-o",
            folder.resolve("nowhere").resolve("m.json").toString())
        .check();
    MillraceProcess show = MillraceProcess.run("model", "show", "--config", config);
    assertThat(show.out())
        .anyMatch(line -> line.matches("model +" + learner.name()))
        .anyMatch(line -> line.matches("version +1 .*"));
    new Cases()
        .add(
            FAILURE,
            "Model "
                + learner.name()
                + " cannot continue: hidden: 3 in the state, 5 in the configuration. Restore"
                + " the previous configuration, or give the changed model another model.name or"
                + " application, or run reset, ",
            "run",
            "--config",
            config,
            "--set",
            "model.hidden=5")
        .check();
  }

  @Test
  void shouldCheckAndPrintWhatItUnderstoodButNoSecrets() throws IOException {
    Files.writeString(
        learner.config(),
        Files.readString(learner.config())
            .replace("kafka:\n", "kafka:\n  ssl.key.password: ${MILLRACE_TEST_SECRET}\n"));
    try (MillraceProcess check =
        MillraceProcess.start(
            Map.of("MILLRACE_TEST_SECRET", "hunter2"),
            "check",
            "--config",
            config,
            "--set",
            "training.learningRate=0.25")) {
      assertThat(check.awaitExit()).as(check.toString()).isZero();
      assertThat(check.err()).isEmpty();
      assertThat(check.out())
          .contains("application: " + learner.name(), "  learningRate: 0.25", "  hidden: 3")
          .contains("# model: 13 parameters")
          .noneMatch(line -> line.contains("hunter2"));
    }
  }

  @Test
  void shouldHelpWithEveryCommand() {
    List<List<String>> commands =
        List.of(
            List.of(),
            List.of("demo"),
            List.of("run"),
            List.of("feed"),
            List.of("model"),
            List.of("model", "show"),
            List.of("model", "export"),
            List.of("check"));
    for (List<String> command : commands) {
      List<String> args = new ArrayList<>(command);
      args.add("--help");
      MillraceProcess help = MillraceProcess.run(args.toArray(String[]::new));
      assertThat(help.err()).isEmpty();
      assertThat(help.out().get(0))
          .startsWith(("Usage: millrace " + String.join(" ", command)).strip());
    }
  }
}
