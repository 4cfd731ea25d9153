package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.learn.BatchCost;
import io.millrace.learn.Predictor;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Earlier versions: kept, shown, exported, gone back to, started from. */
@WithKafka
final class HistoryIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FAILURE = 1;
  private static final int BATCH_SIZE = 8;

  /** A snapshot every 10 versions, and the last three of them. */
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
        activation: leaky-relu
      training:
        batchSize: 8
        maxWait: never
        optimizer: adam
        learningRate: {initial: 0.01, decay: 0.001}
        scaling: standard
      publish:
        snapshotEvery: 10
        snapshotInterval: 1h
        keep: 3
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;
  private TestLearner learner;
  private int sent;

  HistoryIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  @BeforeEach
  void writeConfiguration() throws IOException {
    learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
  }

  @Test
  void shouldGoBackWhileItRunsAndRecordThatInTheLog() {
    try (MillraceProcess run = learner.run()) {
      learn(45);
      learner.snapshots(topics, 4);
      assertThat(versions()).containsExactly("20", "30", "40");

      assertEnds(FAILURE, learner.model("rollback", "--version=10"), "Version 10 of model");
      assertEnds(
          0,
          learner.model("rollback", "--version=30"),
          "was rolled back to version 30 and continues as version 46");

      // 45, which was left, and 46, which has the parameters of 30, push out the oldest
      assertThat(versions()).containsExactly("40", "45", "46");
      learn(4);
      List<BatchCost> costs = learner.costs(topics, 49);
      assertThat(costs)
          .extracting(cost -> cost.metrics().batch())
          .endsWith(45L, 47L, 48L, 49L, 50L);
      learner.snapshots(topics, 7);
      assertThat(run.isAlive()).isTrue();
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
      assertThat(run.complaints()).as(run.toString()).hasSize(1);
      assertThat(run.complaints().get(0))
          .contains("was rolled back to version 30", "as version 46");
    }
    assertEnds(0, learner.start("replay"), "version 50, from 272 examples", "equals the snapshot");
    assertEnds(0, learner.start("replay", "--to-version=46"), "version 46", "equals the snapshot");
    assertEnds(0, learner.start("replay", "--to-version=45"), "version 45", "equals the snapshot");
    assertEnds(0, learner.model("show"), "to version 30, which made version 46");
  }

  /** A learner that stands still goes back when it comes to it, after what came before. */
  @Test
  void shouldGoBackWhenItIsStarted() {
    try (MillraceProcess run = learner.run()) {
      learn(20);
      learner.snapshots(topics, 2);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }

    assertEnds(0, learner.model("rollback", "--version=10"), "No learner has reached it yet");

    try (MillraceProcess run = learner.run()) {
      learner.snapshots(topics, 3);
      assertEnds(0, learner.model("show"), "21 updates", "to version 10, which made version 21");
      assertEnds(0, learner.start("replay"), "version 21, from 80 examples", "equals the snapshot");
      assertThat(run.isAlive()).isTrue();
    }
  }

  @Test
  void shouldPredictElsewhereWhatItPredicts() throws IOException, OrtException {
    try (MillraceProcess run = learner.run()) {
      learn(30);
      learner.snapshots(topics, 3);
      assertThat(run.isAlive()).isTrue();
    }
    Path json = folder.resolve("model.json");
    Path onnx = folder.resolve("model.onnx");
    assertEnds(0, learner.model("export", "-o", json.toString(), "--version=20"), "version 20");
    assertEnds(
        0,
        learner.model("export", "-o", onnx.toString(), "--format=onnx", "--version=20"),
        "version 20");

    Predictor predictor = new Predictor(SnapshotCodec.decode(Files.readAllBytes(json)));
    double[][] x = {{1, 2}, {-0.5, 7}, {2.9, -8.5}};
    DMatrixRMaj expected = predictor.predict(new DMatrixRMaj(x));
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(onnx.toString());
        OnnxTensor features = OnnxTensor.createTensor(environment, x);
        OrtSession.Result result = session.run(Map.of("features", features))) {
      double[][] found = (double[][]) result.get("prediction").orElseThrow().getValue();
      for (int i = 0; i < x.length; i++) {
        assertThat(found[i][0]).isCloseTo(expected.get(i, 0), within(1e-12));
      }
      assertThat(session.getMetadata().getCustomMetadata())
          .containsEntry("model", learner.name())
          .containsEntry("version", "20")
          .containsEntry("learnedThrough.topic", learner.miniBatches());
    }
  }

  /** The warm start: an exported file, in another application. */
  @Test
  void shouldStartFromAnExportedVersion() throws IOException {
    Path json = folder.resolve("model.json");
    try (MillraceProcess run = learner.run()) {
      learn(20);
      learner.snapshots(topics, 2);
      assertEnds(0, learner.model("export", "-o", json.toString(), "--version=10"), "version 10");
      assertThat(run.isAlive()).isTrue();
    }
    TestLearner warm =
        TestLearner.of(
            folder,
            kafka.bootstrapServers(),
            YAML.replace("model:\n", "model:\n  initialParameters: " + json + "\n"));
    try (MillraceProcess run = warm.run()) {
      produce(warm, 0, 10);
      List<BatchCost> costs = warm.costs(topics, 10);
      assertThat(costs).extracting(cost -> cost.metrics().batch()).startsWith(11L).endsWith(20L);
      assertThat(costs.get(0).metrics().totalExamples()).isEqualTo(11 * BATCH_SIZE);
      JsonNode scaler = JSON.readTree(warm.snapshots(topics, 1).get(0).value()).get("scaler");
      assertThat(scaler.get("count").asInt()).isEqualTo(20 * BATCH_SIZE);
      assertEnds(0, warm.start("replay"), "version 20", "equals the snapshot");
      assertThat(run.isAlive()).isTrue();
    }
  }

  private void learn(int batches) {
    produce(learner, sent, sent + batches);
    sent += batches;
    assertThat(learner.costs(topics, sent)).hasSize(sent);
  }

  private void produce(TestLearner to, int fromBatch, int toBatch) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = fromBatch * BATCH_SIZE; i < toBatch * BATCH_SIZE; i++) {
      SplittableRandom random = new SplittableRandom(i);
      double x = random.nextDouble(-1, 3);
      double y = random.nextDouble(-9, 9);
      String example = "{\"features\":[%s,%s],\"label\":%d}".formatted(x, y, x > y ? 1 : 0);
      records.add(new ProducerRecord<>(to.examples(), example.getBytes(UTF_8)));
    }
    topics.produce(records);
  }

  /** What {@code model list} lists, and with each the cost. */
  private List<String> versions() {
    MillraceProcess list = learner.model("list");
    try (list) {
      assertThat(list.awaitExit()).as(list.toString()).isZero();
      assertThat(list.out().get(0)).contains("version", "published", "examples", "cost");
      return list.out().stream().skip(1).map(line -> line.strip().split(" ", 2)[0]).toList();
    }
  }

  private static void assertEnds(int code, MillraceProcess process, String... words) {
    try (process) {
      assertThat(process.awaitExit()).as(process.toString()).isEqualTo(code);
      assertThat(String.join("\n", process.out()) + "\n" + String.join("\n", process.err()))
          .contains(words);
    }
  }
}
