package io.millrace.config.reader;

import static io.millrace.config.reader.ConfigFixture.MINIMAL;
import static io.millrace.config.reader.ConfigFixture.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.config.ConfigException;
import io.millrace.config.EvaluationConfig;
import io.millrace.config.ExampleConfig;
import io.millrace.config.Format;
import io.millrace.config.Guarantee;
import io.millrace.config.HttpConfig;
import io.millrace.config.LearningRate;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.config.PredictionsConfig;
import io.millrace.config.PublishConfig;
import io.millrace.config.Scaling;
import io.millrace.config.TopicsConfig;
import io.millrace.config.TrainingConfig;
import io.millrace.example.Features;
import io.millrace.example.FieldPath;
import io.millrace.nn.Activation;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
  private static final MillraceConfig DEFAULTS =
      new MillraceConfig(
          "flights",
          Map.of("bootstrap.servers", "localhost:9092"),
          new TopicsConfig(
              "examples",
              "mini-batches",
              "costs",
              "snapshots",
              "dead-letters",
              Optional.empty(),
              "predictions",
              1,
              1),
          new ExampleConfig(Format.JSON, "features", "label"),
          new ModelConfig(
              "flights",
              4,
              0,
              0,
              16,
              1,
              Activation.TANH,
              Output.SIGMOID,
              1,
              OptionalDouble.empty(),
              Optional.empty()),
          new TrainingConfig(
              64,
              Optional.of(Duration.ofSeconds(10)),
              OptimizerKind.SGD,
              new LearningRate(0.1, 0),
              0,
              OptionalDouble.empty(),
              Scaling.NONE,
              Optional.empty()),
          new EvaluationConfig(1000),
          new PublishConfig(100, Duration.ofSeconds(10), 20),
          new PredictionsConfig(false, 1),
          Guarantee.EXACTLY_ONCE,
          2,
          new HttpConfig("127.0.0.1", OptionalInt.of(8080), List.of(), Optional.empty()));

  /** The contract's example, without the file to start from. */
  private static final String FULL =
      """
      application: flights            # Kafka application.id
      kafka:                          # handed to Kafka Streams as it stands: any client property
        bootstrap.servers: localhost:9092
      topics:                         # created when missing
        examples: examples
        miniBatches: mini-batches
        costs: costs
        snapshots: snapshots
        deadLetters: dead-letters
        partitions: 1                 # of the examples topic when created
        replicationFactor: 1
      example:
        format: json                  # json | float64 | float32 (see Records)
        features: features            # the vector form: the field with the numbers
        label: label                  #                  the field with the label
      model:
        name: flights
        inputs: 4                     # may be left out where example.features is a list
        hidden: 16
        outputs: 1
        activation: tanh              # tanh | sigmoid | relu | leaky-relu
        output: sigmoid               # sigmoid | softmax | identity
        seed: 1
        initialScale: auto            # auto (Xavier / He) or a number
      training:
        batchSize: 64
        maxWait: 10s
        optimizer: sgd                # sgd | momentum | adagrad | adam
        learningRate: 0.1             # or {initial: 0.1, decay: 0.0001}
        l2: 0                         # weight decay, on W1 and W2 only
        clipNorm: none                # the longest gradient
        scaling: none                 # none | standard
      publish:
        snapshotEvery: 100            # batches
        snapshotInterval: 10s         # and at least this often while it learns
      guarantee: exactly-once         # exactly-once | at-least-once
      threads: 2
      http:
        host: 127.0.0.1
        port: 8080                    # 0: any free port; none: no server
      """;

  @Test
  void shouldFillInTheDefaults() throws ConfigException {
    assertThat(read(MINIMAL)).isEqualTo(DEFAULTS);
  }

  @Test
  void shouldTakeEmptySectionsAsDefaults() throws ConfigException {
    assertThat(read(MINIMAL + "topics:\nexample:\ntraining: {}\npublish: ~\nhttp:\n"))
        .isEqualTo(DEFAULTS);
  }

  @Test
  void shouldReadTheWholeExampleOfTheContract() throws ConfigException {
    assertThat(read(FULL)).isEqualTo(DEFAULTS);
  }

  @Test
  void shouldReadTheSameWithWindowsLinesAndAByteOrderMark() throws ConfigException {
    assertThat(read("\uFEFF" + FULL.replace("\n", "\r\n"))).isEqualTo(DEFAULTS);
  }

  @Test
  void shouldReadOtherValues() throws ConfigException {
    MillraceConfig config =
        read(
            MINIMAL.replace(
                    "inputs: 4",
                    "name: Mühle, inputs: 3, outputs: 2, output: softmax, activation: leaky-relu,"
                        + " seed: -9223372036854775808, initialScale: .5")
                + """
                training: {maxWait: never, learningRate: {initial: 1e-1, decay: 0.5}, l2: 0.0}
                evaluation: {window: 100000}
                publish: {snapshotInterval: 1h}
                guarantee: at-least-once
                http: {host: "::", port: none, allowedHosts: [learner, "[::2]"]}
                """);

    assertThat(config.model())
        .isEqualTo(
            new ModelConfig(
                "Mühle",
                3,
                0,
                0,
                16,
                2,
                Activation.LEAKY_RELU,
                Output.SOFTMAX,
                Long.MIN_VALUE,
                OptionalDouble.of(0.5),
                Optional.empty()));
    assertThat(config.training().maxWait()).isEmpty();
    assertThat(config.training().learningRate()).isEqualTo(new LearningRate(0.1, 0.5));
    assertThat(config.training().learningRate().at(2)).isEqualTo(0.05);
    assertThat(config.evaluation().window()).isEqualTo(100_000);
    assertThat(config.publish().snapshotInterval()).isEqualTo(Duration.ofHours(1));
    assertThat(config.guarantee()).isEqualTo(Guarantee.AT_LEAST_ONCE);
    assertThat(config.http())
        .isEqualTo(
            new HttpConfig(
                "::", OptionalInt.empty(), List.of("learner", "[::2]"), Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "500ms,500",
    "10s,10000",
    "5m,300000",
    "1h,3600000",
    "999999999999h,3599999999996400000"
  })
  void shouldReadDurations(String text, long millis) throws ConfigException {
    assertThat(read(MINIMAL, "training.maxWait=" + text).training().maxWait())
        .contains(Duration.ofMillis(millis));
  }

  @Test
  void shouldHandOnKafkaPropertiesFlat() throws ConfigException {
    String yaml =
        """
        application: flights
        kafka:
          ssl:
            truststore: {location: /a, type: PEM}
          bootstrap.servers: ["a:1", "[::1]:2"]
          producer.acks: all
          interceptor.classes: []
          ssl.endpoint.identification.algorithm: ""
          max.poll.records: 0100
          enable.metrics.push: no
        model: {inputs: 4}
        """;

    assertThat(read(yaml, "kafka.ssl.truststore.type=JKS", "kafka.linger.ms=5").kafka())
        .containsExactly(
            Map.entry("bootstrap.servers", "a:1,[::1]:2"),
            Map.entry("ssl.truststore.location", "/a"),
            Map.entry("ssl.truststore.type", "JKS"),
            Map.entry("producer.acks", "all"),
            Map.entry("interceptor.classes", ""),
            Map.entry("ssl.endpoint.identification.algorithm", ""),
            Map.entry("max.poll.records", "0100"),
            Map.entry("enable.metrics.push", "no"),
            Map.entry("linger.ms", "5"));
  }

  @Test
  void shouldPutOverridesOnTopOfTheFile() throws ConfigException {
    MillraceConfig config =
        read(
            MINIMAL
                + """
                training: {batchSize: 8, learningRate: 0.3}
                http: {port: "${MISSING}"}
                """,
            "training.batchSize=1",
            "training.batchSize=\"32\"",
            "training.learningRate.decay=0.001",
            "http={port: 0}",
            "model.name=a=b",
            "kafka.bootstrap.servers=other:1");

    assertThat(config.training().batchSize()).isEqualTo(32);
    assertThat(config.training().learningRate()).isEqualTo(new LearningRate(0.3, 0.001));
    assertThat(config.http())
        .isEqualTo(new HttpConfig("127.0.0.1", OptionalInt.of(0), List.of(), Optional.empty()));
    assertThat(config.model().name()).isEqualTo("a=b");
    assertThat(config.kafka()).isEqualTo(Map.of("bootstrap.servers", "other:1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ${PORT}                    | 8081
          ${PORT:9}                  | 8081
          "${PORT}"                  | 8081
          ${MISSING:a:b}             | a:b
          x-${PORT}-${MISSING:y}     | x-8081-y
          ${MISSING:}!               | !
          $${PORT}                   | ${PORT}
          ${DOLLARS}                 | ${PORT}$${PORT}
          """)
  void shouldReplaceVariables(String written, String expected) throws ConfigException {
    Map<String, String> environment = Map.of("PORT", "8081", "DOLLARS", "${PORT}$${PORT}");

    assertThat(
            ConfigReader.read(
                    MINIMAL + "example:\n  features: " + written,
                    "c.yaml",
                    List.of(),
                    environment::get)
                .example()
                .features())
        .isEqualTo(new Features.Vector(FieldPath.parse(expected)));
  }

  @Test
  void shouldReplaceVariablesBeforeNumbersAreRead() throws ConfigException {
    assertThat(read(MINIMAL + "http:\n  port: ${PORT:8080}").http().port()).hasValue(8081);
    assertThat(read(MINIMAL + "http:\n  port: ${MISSING:none}").http().port()).isEmpty();
  }

  @Test
  void shouldFindInitialParametersBesideTheFile(@TempDir Path folder) throws Exception {
    Path parameters = Files.writeString(folder.resolve("start.json"), "{}");
    Path file = folder.resolve("c.yaml");
    Files.writeString(
        file, MINIMAL.replace("inputs: 4", "inputs: 4, initialParameters: start.json"));

    assertThat(ConfigReader.read(file, List.of(), name -> null).model().initialParameters())
        .contains(parameters);
  }

  @Test
  void shouldSayWhyAFileCannotBeRead(@TempDir Path folder) throws IOException {
    Path latin1 = folder.resolve("latin1.yaml");
    Files.writeString(latin1, "application: Mühle", StandardCharsets.ISO_8859_1);
    Path absent = folder.resolve("absent.yaml");

    assertUnreadable(absent, absent + ": no such file");
    assertUnreadable(folder, folder + ": is a directory: name the YAML file in it");
    assertUnreadable(latin1, latin1 + ": is not UTF-8 text");
  }

  private static void assertUnreadable(Path file, String fault) {
    assertThatThrownBy(() -> ConfigReader.read(file, List.of(), name -> null))
        .isInstanceOf(ConfigException.class)
        .hasMessage(fault);
  }
}
