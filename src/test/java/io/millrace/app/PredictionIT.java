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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Predictions through real topics and a real HTTP client, beside a learner that goes on. */
@WithKafka
final class PredictionIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BATCH_SIZE = 8;
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      example:
        label: {field: label, classes: ["no", "yes"]}
        features: [x, y]
      training:
        batchSize: 8
        maxWait: never
        optimizer: adam
        learningRate: 0.01
        scaling: standard
      publish:
        snapshotEvery: 20
        snapshotInterval: 1h
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;
  private final HttpClient http = HttpClient.newHttpClient();
  private TestLearner learner;

  PredictionIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  @BeforeEach
  void writeConfiguration() throws IOException {
    learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
  }

  private String events() {
    return learner.name() + "-events";
  }

  private String predictions() {
    return learner.name() + "-predictions";
  }

  private MillraceProcess run(String... options) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--set",
                "topics.events=" + events(),
                "--set",
                "topics.predictions=" + predictions(),
                "--set",
                "http.port=0"));
    all.addAll(List.of(options));
    return learner.run(all.toArray(String[]::new));
  }

  private static String url(MillraceProcess run) {
    String line = run.awaitLine("Dashboard: ");
    return line.substring(line.indexOf("http"));
  }

  private HttpResponse<String> post(String url, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + "api/predict"))
            .timeout(MillraceProcess.PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldPredictTheSameFromTheTopicOverHttpAndElsewhere() throws Exception {
    try (MillraceProcess run = run("--set", "predictions.includeEvent=true")) {
      String url = url(run);
      topics.produce(
          events(), 0, "early".getBytes(UTF_8), event(0).getBytes(UTF_8), Map.of("trace", key(9)));
      HttpResponse<String> early = post(url, event(0));
      assertThat(early.statusCode()).isEqualTo(503);
      assertThat(early.body()).contains("There is no snapshot of model " + learner.name());
      run.awaitErrorLine("Events in topic " + events() + " wait", MillraceProcess.PATIENCE);
      assertThat(topics.endOffsets(predictions())).isEqualTo(Map.of(0, 0L));

      learn(0, 20);
      run.awaitErrorLine("are being predicted now", MillraceProcess.PATIENCE);
      ConsumerRecord<byte[], byte[]> first = topics.consume(predictions(), 1).get(0);
      assertThat(first.key()).isEqualTo("early".getBytes(UTF_8));
      assertThat(first.headers().lastHeader("trace").value()).isEqualTo(key(9));
      JsonNode waited = JSON.readTree(first.value());
      assertThat(waited.get("modelVersion").asInt()).isEqualTo(20);
      assertThat(waited.get("model").asText()).isEqualTo(learner.name());
      assertThat(waited.get("class").asText()).isIn("no", "yes");
      assertThat(waited.get("event")).isEqualTo(JSON.readTree(event(0)));

      learn(20, 40);
      awaitVersion(url, 40);
      int count = 100;
      List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        sent.add(new ProducerRecord<>(events(), key(i), event(i).getBytes(UTF_8)));
      }
      topics.produce(sent);
      topics.produce(events(), 0, key(7), "{\"x\":1}".getBytes(UTF_8), Map.of());
      List<ConsumerRecord<byte[], byte[]>> predicted =
          topics.consume(predictions(), 1 + count).subList(1, 1 + count);

      Path json = folder.resolve("model.json");
      Path onnx = folder.resolve("model.onnx");
      MillraceProcess.run(
          "model", "export", "-o", json.toString(), "--config", learner.config().toString());
      MillraceProcess.run(
          "model",
          "export",
          "-o",
          onnx.toString(),
          "--format=onnx",
          "--config",
          learner.config().toString());
      double[][] x =
          IntStream.range(0, count).mapToObj(PredictionIT::features).toArray(double[][]::new);
      DMatrixRMaj expected =
          new Predictor(SnapshotCodec.decode(Files.readAllBytes(json))).predict(new DMatrixRMaj(x));
      double[][] elsewhere = runOnnx(onnx, x);
      JsonNode answer =
          JSON.readTree(
              post(
                      url,
                      "["
                          + String.join(
                              ",", IntStream.range(0, count).mapToObj(PredictionIT::event).toList())
                          + "]")
                  .body());
      assertThat(answer.get("modelVersion").asInt()).isEqualTo(40);
      assertThat(answer.get("predictions")).hasSize(count);
      for (int i = 0; i < count; i++) {
        JsonNode record = JSON.readTree(predicted.get(i).value());
        assertThat(predicted.get(i).key()).isEqualTo(key(i));
        assertThat(record.get("modelVersion").asInt()).isEqualTo(40);
        double p = record.get("prediction").get(0).asDouble();
        assertThat(p).isEqualTo(expected.get(i, 0));
        assertThat(answer.get("predictions").get(i).get(0).asDouble()).isEqualTo(p);
        assertThat(elsewhere[i][0]).isCloseTo(p, within(1e-12));
        assertThat(record.get("class").asText()).isEqualTo(p > 0.5 ? "yes" : "no");
        assertThat(answer.get("classes").get(i)).isEqualTo(record.get("class"));
      }

      ConsumerRecord<byte[], byte[]> letter = learner.deadLetters(topics, 1).get(0);
      assertThat(letter.key()).isEqualTo(key(7));
      assertThat(letter.value()).isEqualTo("{\"x\":1}".getBytes(UTF_8));
      assertThat(letter.headers().lastHeader("millrace.reason").value())
          .isEqualTo("missing-field".getBytes(UTF_8));
      assertThat(letter.headers().lastHeader("millrace.topic").value())
          .isEqualTo(events().getBytes(UTF_8));
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
    // Started again it predicts at once, and nothing twice.
    try (MillraceProcess run = run()) {
      topics.produce(events(), 0, key(1), event(1).getBytes(UTF_8), Map.of());
      assertThat(topics.consume(predictions(), 102)).hasSize(102);
      assertThat(run.complaints()).as(run.toString()).isEmpty();
    }
  }

  @Test
  void shouldSayWhyARequestHasNoAnswer() throws Exception {
    try (MillraceProcess run = run()) {
      String url = url(run);
      learn(0, 20);
      awaitVersion(url, 20);
      assertRefused(post(url, "{\"x\":1,\"y\":\"b\"}"), 400, "wrong-type", "\"index\":0");
      assertRefused(
          post(url, "[{\"x\":1,\"y\":2},{\"x\":1}]"), 400, "missing-field", "\"index\":1");
      assertRefused(post(url, "[{\"x\":1,\"y\":2},3]"), 400, "not-json", "Event 1");
      assertRefused(post(url, ""), 400, "not-json", "The request body is empty");
      assertRefused(post(url, "{\"x\":1"), 400, "not-json", "Broken JSON");
      String event = "{\"x\":1,\"y\":2}";
      assertRefused(
          post(url, "[" + (event + ",").repeat(10_000) + event + "]"), 413, "the limit is 10000");
      assertRefused(post(url, " ".repeat(2_000_000)), 413, "the limit is 1048576 bytes");
      HttpResponse<String> get =
          http.send(
              HttpRequest.newBuilder(URI.create(url + "api/predict")).build(),
              HttpResponse.BodyHandlers.ofString());
      assertRefused(get, 405, "POST");
      assertThat(post(url, "[" + (event + ",").repeat(9_999) + event + "]").statusCode())
          .isEqualTo(200);
      assertThat(post(url, "[]").body()).contains("\"predictions\":[]");
    }
  }

  /** Another application, of a model of another shape, has published under the same name. */
  @Test
  void shouldWaitForASnapshotThatFits() throws Exception {
    String old = learner.name() + "-old";
    try (MillraceProcess run =
        run(
            "--set",
            "application=" + old,
            "--set",
            "model.name=" + learner.name(),
            "--set",
            "topics.miniBatches=" + old,
            "--set",
            "topics.events=none",
            "--set",
            "model.inputs=1",
            "--set",
            "example.features=[x]")) {
      learn(0, 20);
      awaitVersion(url(run), 20);
    }
    try (MillraceProcess run =
        run("--set", "model.name=" + learner.name(), "--set", "publish.snapshotEvery=40")) {
      String url = url(run);
      sendEvents(0, 1);
      awaitRefusal(url, "cannot be used: inputs: 1 in the snapshot, 2 in the configuration");

      send(learner, 20, 40);
      awaitVersion(url, 40);
      assertThat(post(url, event(1)).statusCode()).isEqualTo(200);
      assertThat(topics.consume(predictions(), 1)).hasSize(1);
    }
  }

  @Test
  void shouldAnswerOnlyThoseWhoMayAsk() throws Exception {
    try (MillraceProcess run = run("--set", "http.token=s3cret")) {
      String url = url(run);
      assertRefused(post(url, event(1)), 401, "Authorization: Bearer");
      assertRefused(post(url, event(1), "Authorization", "Bearer s3cre"), 401, "Bearer");
      assertRefused(post(url, event(1), "Authorization", "Basic s3cret"), 401, "Bearer");
      assertThat(post(url, event(1), "Authorization", "Bearer s3cret").statusCode()).isEqualTo(503);
      assertThat(run.toString().replace("http.token=s3cret", "")).doesNotContain("s3cret");
    }
    try (MillraceProcess run = run("--set", "http.host=0.0.0.0")) {
      String url = url(run);
      assertRefused(post(url, event(1)), 403, "http.token");
    }
  }

  private static void assertRefused(HttpResponse<String> answer, int status, String... words) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).startsWith("{\"error\":").contains(words);
  }

  @Test
  void shouldChangeNoBitOfTheModel() throws Exception {
    assertPredictingChangesNothing(20_000, 400);
  }

  @Test
  @Tag("long")
  void shouldChangeNoBitOfTheModelWithAMillionEvents() throws Exception {
    assertPredictingChangesNothing(1_000_000, 10_000);
  }

  /** The same examples, with events beside them and without: the same model, bit for bit. */
  private void assertPredictingChangesNothing(int events, int batches) throws Exception {
    TestLearner alone = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    TestLearner disturbed = learner;
    List<BatchCost> undisturbedCosts;
    try (MillraceProcess run = alone.run()) {
      send(alone, 0, batches);
      undisturbedCosts = alone.costs(topics, batches);
      alone.snapshots(topics, batches / 20);
      assertThat(run.isAlive()).isTrue();
    }
    List<BatchCost> costs;
    try (MillraceProcess run = run()) {
      send(disturbed, 0, 20);
      disturbed.snapshots(topics, 1);
      String url = url(run);
      int steps = 20;
      for (int i = 0; i < steps; i++) { // in turns, so that both go on all the time
        int from = 20 + i * (batches - 20) / steps;
        awaitVersion(url, from / 20 * 20);
        sendEvents(i * (events / steps), (i + 1) * (events / steps));
        if (i == 0) {
          topics.consume(predictions(), 1); // by the first version, which the last events are not
        }
        send(disturbed, from, 20 + (i + 1) * (batches - 20) / steps);
      }
      costs = disturbed.costs(topics, batches);
      disturbed.snapshots(topics, batches / 20);
      Set<String> keys = new HashSet<>();
      Set<Integer> versions = new HashSet<>();
      topics.forEach(
          predictions(),
          events,
          MillraceProcess.PATIENCE,
          record -> {
            keys.add(new String(record.key(), UTF_8));
            versions.add(version(record));
          });
      assertThat(keys).hasSize(events);
      assertThat(versions).as("predicted while it learned").hasSizeGreaterThan(1);
      assertThat(run.complaints())
          .as(run.toString())
          .filteredOn(line -> !line.contains("Events in topic " + events()))
          .as("beside that the first model is some seconds away")
          .isEmpty();
    }
    assertThat(costs)
        .extracting(cost -> cost.metrics().batch())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, batches).boxed().toList());
    assertThat(costs)
        .extracting(BatchCost::metrics)
        .isEqualTo(undisturbedCosts.stream().map(BatchCost::metrics).toList());
    assertThat(SnapshotCodec.differences(newest(disturbed, batches), newest(alone, batches)))
        .containsExactlyInAnyOrder("model", "application", "learnedThrough");
  }

  private byte[] newest(TestLearner of, int batches) {
    List<ConsumerRecord<byte[], byte[]>> snapshots = of.snapshots(topics, batches / 20);
    return snapshots.get(snapshots.size() - 1).value();
  }

  private static int version(ConsumerRecord<byte[], byte[]> record) {
    try {
      return JSON.readTree(record.value()).get("modelVersion").asInt();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Until the server says for this reason that it has no model. */
  private void awaitRefusal(String url, String reason) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + MillraceProcess.PATIENCE.toNanos();
    HttpResponse<String> answer = post(url, event(1));
    while (!answer.body().contains(reason)) {
      assertThat(System.nanoTime()).as(answer.body()).isLessThan(deadline);
      answer = post(url, event(1));
    }
    assertThat(answer.statusCode()).isEqualTo(503);
  }

  private void awaitVersion(String url, int version) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + MillraceProcess.PATIENCE.toNanos();
    while (!http.send(
            HttpRequest.newBuilder(URI.create(url + "api/model")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body()
        .contains("\"version\":" + version + ",")) {
      assertThat(System.nanoTime()).as("version " + version).isLessThan(deadline);
    }
  }

  private static double[][] runOnnx(Path onnx, double[][] x) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(onnx.toString());
        OnnxTensor features = OnnxTensor.createTensor(environment, x);
        OrtSession.Result result = session.run(Map.of("features", features))) {
      return (double[][]) result.get("prediction").orElseThrow().getValue();
    }
  }

  private static byte[] key(int i) {
    return ("key-" + i).getBytes(UTF_8);
  }

  private static double[] features(int i) {
    SplittableRandom random = new SplittableRandom(i);
    return new double[] {random.nextDouble(-1, 3), random.nextDouble(-9, 9)};
  }

  private static String event(int i) {
    double[] x = features(i);
    return "{\"x\":%s,\"y\":%s}".formatted(x[0], x[1]);
  }

  private void learn(int fromBatch, int toBatch) {
    send(learner, fromBatch, toBatch);
    assertThat(learner.costs(topics, toBatch)).hasSize(toBatch);
    learner.snapshots(topics, toBatch / 20);
  }

  private void send(TestLearner to, int fromBatch, int toBatch) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = fromBatch * BATCH_SIZE; i < toBatch * BATCH_SIZE; i++) {
      double[] x = features(i);
      String example =
          "{\"x\":%s,\"y\":%s,\"label\":\"%s\"}".formatted(x[0], x[1], x[0] > x[1] ? "yes" : "no");
      records.add(new ProducerRecord<>(to.examples(), example.getBytes(UTF_8)));
    }
    topics.produce(records);
  }

  private void sendEvents(int from, int to) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      records.add(new ProducerRecord<>(events(), key(i), event(i).getBytes(UTF_8)));
    }
    topics.produce(records);
  }
}
