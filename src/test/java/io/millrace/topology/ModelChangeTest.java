package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.log.ModelCodec;
import io.millrace.codec.log.CheckpointCodec;
import io.millrace.codec.published.OnnxCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.ConfigReader;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Model;
import io.millrace.learn.Snapshot;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Scaler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model that exists, in the state or in a file, under a configuration that was changed. */
class ModelChangeTest {

  @TempDir private Path folder;

  private static MillraceConfig config(String... overrides) throws ConfigException {
    String yaml =
        """
        application: delays
        kafka: {bootstrap.servers: localhost:9092}
        model: {name: flights, inputs: 2, hidden: 3, seed: 7}
        training: {batchSize: 1, optimizer: adam, scaling: standard}
        """;
    return ConfigReader.read(yaml, "c.yaml", List.of(overrides), name -> null);
  }

  /** Learns three examples, commits, and starts again with a changed configuration. */
  private static Model restart(String... overrides) throws ConfigException {
    MillraceConfig before = config();
    MillraceConfig after = config(overrides);
    try (TopologyTestDriver driver =
        new TopologyTestDriver(
            LearnerFixture.topology(before, () -> true), StreamsSettings.of(before))) {
      var examples =
          driver.createInputTopic("examples", new ByteArraySerializer(), new ByteArraySerializer());
      for (int x = 1; x <= 3; x++) {
        examples.pipeInput("{\"features\":[%d,-1],\"label\":1}".formatted(x).getBytes(UTF_8));
      }
      LiveStore store = (LiveStore) driver.getStateStore(TrainProcessor.MODEL_STORE);
      MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
      context.addStateStore(store);
      new TrainProcessor(after, InitialModel.of(after), LearnerFixture.FACTS, LearningMetrics.NONE, () -> false)
          .init(context);
      byte[] checkpoint = store.committed(LiveStore.part("flights", "model"));
      return CheckpointCodec.decode(Objects.requireNonNull(checkpoint)).model();
    }
  }

  @Test
  void shouldGoOnWithOptimiserAndScalerUnderTheSameConfiguration() throws ConfigException {
    Model model = restart();

    assertThat(model.version()).isEqualTo(3);
    assertThat(model.optimizer().kind()).isEqualTo(OptimizerKind.ADAM);
    assertThat(model.optimizer().steps()).isEqualTo(3);
    assertThat(model.scaler().orElseThrow().mean()).containsExactly(2, -1);
  }

  @Test
  void shouldGoOnWithOtherSettingsOfTheUpdate() {
    assertThatCode(
            () ->
                restart(
                    "training.learningRate={initial: 0.01, decay: 0.1}",
                    "training.l2=0.1",
                    "training.clipNorm=1",
                    "training.batchSize=8"))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          model.inputs=5             | inputs: 2 in the state, 5 in the configuration
          model.hidden=32            | hidden: 3 in the state, 32 in the configuration
          model.outputs=2            | outputs: 1 in the state, 2 in the configuration
          model.activation=relu      | activation: tanh in the state, relu in the configuration
          model.output=identity      | output: sigmoid in the state, identity in the configuration
          training.optimizer=sgd     | optimizer: adam in the state, sgd in the configuration
          training.scaling=none      | scaling: standard in the state, none in the configuration
          """)
  void shouldSayWhatDiffersAndTheWaysOut(String override, String difference) {
    assertThatExceptionOfType(LearnerException.class)
        .isThrownBy(() -> restart(override))
        .withMessage(
            "Model flights cannot continue: "
                + difference
                + ". Restore the previous configuration, or give the changed model another"
                + " model.name or application, or run reset, which deletes the model of"
                + " application delays and learns the examples again.");
  }

  @Test
  void shouldNameEveryDifference() {
    assertThatExceptionOfType(LearnerException.class)
        .isThrownBy(
            () ->
                restart(
                    "model={name: flights, inputs: 4, hidden: 8, outputs: 3, output: softmax}",
                    "training.scaling=none"))
        .withMessageStartingWith(
            "Model flights cannot continue:"
                + " inputs: 2 in the state, 4 in the configuration;"
                + " outputs: 1 in the state, 3 in the configuration;"
                + " hidden: 3 in the state, 8 in the configuration;"
                + " output: sigmoid in the state, softmax in the configuration;"
                + " scaling: standard in the state, none in the configuration. Restore");
  }

  /** As after a reset, or under another application: the log holds what was learned before. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          example.features=[a, b] | 3
          example.features=[b, a] | 0
          example.label=z         | 0
          model.hidden=9          | 3
          """)
  void shouldPassOverMiniBatchesWhoseInputsMeantSomethingElse(String override, long learned)
      throws ConfigException {
    String named = "example.features=[a, b]";
    MillraceConfig before = config(named);
    MillraceConfig after = config(named, override);
    Model model = InitialModel.of(after);
    LogLearner learner = new LogLearner(after, model);
    try (TopologyTestDriver driver =
        new TopologyTestDriver(
            LearnerFixture.topology(before, () -> true), StreamsSettings.of(before))) {
      var examples =
          driver.createInputTopic("examples", new ByteArraySerializer(), new ByteArraySerializer());
      for (int x = 1; x <= 3; x++) {
        examples.pipeInput("{\"a\":%d,\"b\":-1,\"label\":1}".formatted(x).getBytes(UTF_8));
      }
      var log =
          driver.createOutputTopic(
              "mini-batches", new ByteArrayDeserializer(), new ByteArrayDeserializer());
      log.readRecordsToList()
          .forEach(
              batch -> learner.learn(batch.key(), batch.value(), batch.headers(), model.version()));
    }

    assertThat(model.version()).isEqualTo(learned);
  }

  private static Snapshot snapshot(Model model, Optional<Scaler> scaler) {
    return new Snapshot(
        "flights",
        812,
        100,
        model.architecture(),
        model.parameters(),
        scaler,
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH);
  }

  private String file(Snapshot snapshot) throws IOException {
    Path file = folder.resolve("snapshot.json");
    Files.write(file, SnapshotCodec.encode(snapshot));
    return "model.initialParameters=" + file;
  }

  @Test
  void shouldGoOnFromASnapshotWithANewOptimiser() throws ConfigException, IOException {
    Model source = InitialModel.of(config());
    Scaler scaler = Scaler.of(100, new double[] {1, 2}, new double[] {3, 4});

    Model model = InitialModel.of(config(file(snapshot(source, Optional.of(scaler)))));

    assertThat(model.version()).isEqualTo(812);
    assertThat(model.examples()).isEqualTo(100);
    assertThat(model.parameters().w1()).isDeepEqualTo(source.parameters().w1());
    assertThat(model.scaler().orElseThrow().count()).isEqualTo(100);
    assertThat(model.scaler().orElseThrow().mean()).containsExactly(1, 2);
    assertThat(model.scaler().orElseThrow().variance()).containsExactly(3, 4);
    assertThat(model.optimizer().kind()).isEqualTo(OptimizerKind.ADAM);
    assertThat(model.optimizer().steps()).isZero();
    assertThat(model.optimizer().state().get(0).norm()).isZero();
  }

  @Test
  void shouldStartTheSameFromEitherFormatOfTheExport() throws ConfigException, IOException {
    Model source = InitialModel.of(config());
    Scaler scaler = Scaler.of(100, new double[] {1, 2.1}, new double[] {3.3, 4});
    Snapshot snapshot = snapshot(source, Optional.of(scaler));
    Path file = folder.resolve("model.onnx");
    Files.write(file, OnnxCodec.encode(snapshot, OnnxCodec.Precision.FLOAT32, "1"));

    Model model = InitialModel.of(config("model.initialParameters=" + file));

    assertThat(ModelCodec.encode(model))
        .isEqualTo(ModelCodec.encode(InitialModel.of(config(file(snapshot)))));
    Files.write(file, new byte[] {8, 7});
    assertThat(faults("model.initialParameters=" + file))
        .singleElement()
        .asString()
        .startsWith("Not an ONNX model of Millrace's export: ");
  }

  @Test
  void shouldStartTheScalerFromParametersAlone() throws ConfigException, IOException {
    Path file = folder.resolve("parameters.json");
    Files.writeString(
        file, "{\"W1\":[[1,2],[3,4],[5,6]],\"b1\":[0,0,0],\"W2\":[[7,8,9]],\"b2\":[0]}");

    Model model = InitialModel.of(config("model.initialParameters=" + file));

    assertThat(model.version()).isZero();
    assertThat(model.parameters().w2()).isDeepEqualTo(new double[][] {{7, 8, 9}});
    assertThat(model.scaler().orElseThrow().count()).isZero();
  }

  @Test
  void shouldRefuseASnapshotWithAScalerWithoutScalingAndTheReverse() throws Exception {
    Model source = InitialModel.of(config());
    Scaler scaler = Scaler.start(2);

    assertThat(faults(file(snapshot(source, Optional.of(scaler))), "training.scaling=none"))
        .containsExactly("scaling: standard in the file, none in the configuration");
    assertThat(faults(file(snapshot(source, Optional.empty()))))
        .containsExactly("scaling: none in the file, standard in the configuration");
    assertThat(faults(file(snapshot(source, Optional.of(scaler))), "model.hidden=4"))
        .containsExactly("hidden: 3 in the file, 4 in the configuration");
  }

  private static List<String> faults(String... overrides) throws ConfigException {
    MillraceConfig config = config(overrides);
    List<String> messages = new ArrayList<>();
    try {
      InitialModel.of(config);
    } catch (ConfigException e) {
      e.faults().forEach(fault -> messages.add(fault.message()));
    }
    return messages;
  }
}
