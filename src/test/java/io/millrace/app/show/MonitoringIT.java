package io.millrace.app.show;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.app.process.ExitException;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.Promtool;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running learner shows over HTTP, beside what stands in its topics. */
@WithKafka
final class MonitoringIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EXAMPLES = 803;
  private static final int BATCHES = EXAMPLES / 8;
  private static final int MOST_SERIES = 150;

  /** Mini-batches. */
  private static final int LONG_LIFE = 20_000;

  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 4
      training:
        batchSize: 8
        maxWait: never
        scaling: standard
      publish:
        snapshotEvery: 25
        snapshotInterval: 1h
      """;

  private final HttpClient client = HttpClient.newHttpClient();
  private final KafkaUnderTest kafka;
  @TempDir private Path folder;

  MonitoringIT(KafkaUnderTest kafka) {
    this.kafka = kafka;
  }

  @Test
  void shouldShowWhatStandsInTheTopicsAndShowItAgainAfterARestart(TestTopics topics)
      throws Exception {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    try (MillraceProcess run = learner.run("--set", "http.port=0")) {
      String url = url(run);
      assertThat(get(url + "api/model").statusCode()).isEqualTo(404);
      topics.produce(examples(learner, EXAMPLES));
      topics.produce(learner.examples(), null, "{\"features\":[1,".getBytes(UTF_8));
      topics.produce(learner.examples(), null, "{\"features\":[1],\"label\":0}".getBytes(UTF_8));

      JsonNode status = awaitStatus(url, MonitoringIT::isDone);
      assertShowsTheTopics(url, learner, topics);
      assertDeadLetters(status.get("deadLetters"), learner);
      assertThat(status.get("snapshot").get("ageMillis").asLong()).isNotNegative();
      assertSurface(url);
      assertMetrics(url, run);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
      assertThat(run.complaints()).isEmpty();
    }
    try (MillraceProcess again = learner.run("--set", "http.port=0")) {
      String url = url(again);
      JsonNode status = awaitStatus(url, MonitoringIT::isDone);
      assertShowsTheTopics(url, learner, topics);
      assertDeadLetters(status.get("deadLetters"), learner);
      assertThat(again.awaitLine("  dead letters 2"))
          .contains(" examples ", " in topic ", " (newest: wrong-size: ", "features");
    }
  }

  private static boolean isDone(JsonNode status) {
    return status.get("ready").asBoolean()
        && status.get("learned").asInt() == BATCHES * 8
        && status.get("lag").asInt() == EXAMPLES - BATCHES * 8
        && status.get("batchLag").asInt() == 0
        && status.get("deadLetters").get("total").asInt() == 2
        && status.path("snapshot").path("version").asInt() == BATCHES / 25 * 25;
  }

  private void assertShowsTheTopics(String url, TestLearner learner, TestTopics topics)
      throws Exception {
    List<String> costs =
        topics.consume(learner.costs(), BATCHES).stream().map(MonitoringIT::text).toList();
    assertThat(get(url + "api/costs").body()).isEqualTo("[" + String.join(",", costs) + "]");
    assertThat(get(url + "api/costs?last=2").body())
        .isEqualTo(
            String.format(Locale.ROOT, "[%s,%s]", costs.get(BATCHES - 2), costs.get(BATCHES - 1)));

    List<ConsumerRecord<byte[], byte[]>> snapshots = learner.snapshots(topics, BATCHES / 25);
    assertThat(get(url + "api/model").body()).isEqualTo(text(snapshots.get(snapshots.size() - 1)));
  }

  private static String text(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.value(), UTF_8);
  }

  private static void assertDeadLetters(JsonNode letters, TestLearner learner) {
    assertThat(letters.get("byReason").toString()).isEqualTo("{\"not-json\":1,\"wrong-size\":1}");
    JsonNode newest = letters.get("newest").get(0);
    assertThat(newest.get("reason").asText()).isEqualTo("wrong-size");
    assertThat(newest.get("detail").asText()).contains("features");
    assertThat(newest.get("topic").asText()).isEqualTo(learner.examples());
    assertThat(newest.get("offset").asInt()).isEqualTo(EXAMPLES + 1);
    assertThat(letters.get("newest").get(1).get("offset").asInt()).isEqualTo(EXAMPLES);
  }

  /** Drawn within some seconds after the snapshot is there. */
  private void assertSurface(String url) throws Exception {
    JsonNode model = JSON.readTree(get(url + "api/model").body());
    JsonNode surface =
        awaitJson(url + "api/surface", drawn -> model.get("version").equals(drawn.get("version")));
    assertThat(SnapshotCodec.isSnapshot(get(url + "api/model").body().getBytes(UTF_8))).isTrue();
    int columns = surface.get("columns").asInt();
    int rows = surface.get("rows").asInt();
    assertThat(surface.get("values")).hasSize(columns * rows);
    double[] x = {surface.get("x").get(1).asDouble(), surface.get("y").get(0).asDouble()};
    assertThat(surface.get("values").get(columns - 1).asDouble())
        .isCloseTo(prediction(model, x), within(1e-9));
  }

  /** By the equations, from the published numbers alone. */
  private static double prediction(JsonNode model, double[] x) {
    double z2 = model.get("b2").get(0).asDouble();
    for (int unit = 0; unit < model.get("hidden").asInt(); unit++) {
      double z1 = model.get("b1").get(unit).asDouble();
      for (int input = 0; input < 2; input++) {
        double mean = model.get("scaler").get("mean").get(input).asDouble();
        double variance = model.get("scaler").get("variance").get(input).asDouble();
        z1 +=
            model.get("W1").get(unit).get(input).asDouble()
                * (x[input] - mean)
                / Math.sqrt(variance + 1e-8);
      }
      z2 += model.get("W2").get(0).get(unit).asDouble() * Math.tanh(z1);
    }
    return 1 / (1 + Math.exp(-z2));
  }

  /**
   * Kafka has the meters of a partition once it has read from it; they are found seconds later. How
   * far it is behind is unknown for a moment when Kafka is asked and does not answer in time.
   */
  private HttpResponse<String> awaitMetrics(String url, String... starts) throws Exception {
    return await(
        url + "metrics",
        page ->
            Stream.of(starts)
                .allMatch(start -> page.body().lines().anyMatch(line -> line.startsWith(start))));
  }

  private void assertMetrics(String url, MillraceProcess run) throws Exception {
    HttpResponse<String> page =
        awaitMetrics(
            url,
            "kafka_consumer_fetch_manager_records_lag{",
            "kafka_stream_thread_commit_latency_max{",
            "millrace_examples_lag 0.0",
            String.format(Locale.ROOT, "millrace_examples_unlearned %d.0", EXAMPLES - BATCHES * 8),
            "millrace_examples_behind_transaction 0.0",
            "millrace_batches_lag 0.0",
            "millrace_ready 1.0");
    assertThat(page.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    List<String> samples = page.body().lines().filter(line -> !line.startsWith("#")).toList();
    assertThat(samples)
        .contains(
            String.format(
                Locale.ROOT, "millrace_examples_total{outcome=\"learned\"} %d.0", BATCHES * 8),
            "millrace_examples_total{outcome=\"rejected\"} 2.0",
            "millrace_dead_letters_total{reason=\"not-json\"} 1.0",
            "millrace_dead_letters_total{reason=\"wrong-size\"} 1.0",
            String.format(Locale.ROOT, "millrace_batches_total %d.0", BATCHES),
            String.format(Locale.ROOT, "millrace_batch_seconds_count %d", BATCHES),
            String.format(Locale.ROOT, "millrace_snapshots_total %d.0", BATCHES / 25),
            String.format(Locale.ROOT, "millrace_model_version %d.0", BATCHES),
            "millrace_transaction_timeout_seconds 6.0");
    for (String name :
        List.of(
            "millrace_cost ",
            "millrace_cost_smoothed ",
            "millrace_accuracy ",
            "millrace_gradient_norm ",
            "millrace_learning_rate ",
            "jvm_memory_used_bytes{",
            "process_cpu_usage ",
            "process_uptime_seconds ")) {
      assertThat(samples).as(run.toString()).anyMatch(sample -> sample.startsWith(name));
    }
    assertThat(samples).hasSizeLessThan(MOST_SERIES);
    Promtool.check(page.body());
  }

  @Test
  void shouldBeLiveAndNotReadyWhileKafkaIsSilent() throws Exception {
    String servers = TestLearner.freeAddress();
    TestLearner host = TestLearner.of(folder, servers, YAML);
    TestLearner learner = TestLearner.of(folder, servers, YAML);
    String embedded = "--embedded-broker=" + folder.resolve("data");
    try (MillraceProcess broker = host.run(embedded);
        MillraceProcess run = learner.run("--set", "http.port=0")) {
      String url = url(run);
      awaitReady(url);
      broker.signal("STOP");
      try {
        JsonNode silent = awaitStatus(url, status -> status.get("silent").asBoolean());
        assertThat(silent.get("ready").asBoolean()).isFalse();
        HttpResponse<String> ready = get(url + "health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("Kafka at " + servers + " does not answer");
        assertThat(get(url + "health/live").statusCode()).isEqualTo(200);
      } finally {
        broker.signal("CONT");
      }
      awaitReady(url);
    }
  }

  /** A session that ended meanwhile makes it get its partitions anew, and not be ready again. */
  private void awaitReady(String url) throws Exception {
    await(url + "health/ready", ready -> ready.statusCode() == 200);
  }

  @Test
  void shouldSayThatThePortIsTaken() throws Exception {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    try (MillraceProcess one = learner.run("--set", "http.port=0")) {
      String port = "http.port=" + URI.create(url(one)).getPort();
      try (MillraceProcess other = learner.start("run", "--set", port)) {
        assertThat(other.awaitExit()).isEqualTo(ExitException.FAILURE);
        assertThat(other.err()).hasSize(1);
        assertThat(other.err().get(0)).contains("The dashboard cannot listen on 127.0.0.1:");
      }
    }
  }

  /**
   * A hundred that read, a hundred that never do, and a small heap: learning goes on. And the whole
   * life of the model, more than anybody reads at a start, is there again after a restart.
   */
  @Test
  void shouldLearnOnWhileDashboardsListenOrHang(TestTopics topics) throws Exception {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    List<Socket> hanging = new ArrayList<>();
    List<InputStream> listening = new ArrayList<>();
    try (MillraceProcess run =
        MillraceProcess.startWithHeap(
            "128m", "run", "--config", learner.config().toString(), "--set", "http.port=0")) {
      String url = url(run);
      int port = URI.create(url).getPort();
      for (int i = 0; i < 100; i++) {
        hanging.add(ask("/api/events", port));
        listening.add(listen(url));
      }
      for (int i = 0; i < 20; i++) {
        topics.produce(examples(learner, 8_000));
      }
      assertThat(learner.costs(topics, LONG_LIFE)).hasSizeGreaterThanOrEqualTo(LONG_LIFE);
      for (int i = 0; i < 100; i++) {
        hanging.add(ask("/api/costs", port)); // 4 MB each, which nobody takes
      }
      for (InputStream events : listening) {
        assertHears(events);
      }
      assertThat(run.usedHeap()).isLessThan(96L << 20);
      awaitReady(url);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
      assertShowsALongLifeAgain(learner);
    } finally {
      for (Socket socket : hanging) {
        socket.close();
      }
      for (InputStream events : listening) {
        events.close();
      }
    }
  }

  private void assertShowsALongLifeAgain(TestLearner learner) throws Exception {
    try (MillraceProcess again = learner.run("--set", "http.port=0")) {
      String url = url(again);
      awaitStatus(
          url,
          status ->
              status.get("firstBatch").asInt() == 1
                  && status.get("modelVersion").asInt() == LONG_LIFE);
      List<Integer> batches = new ArrayList<>();
      JSON.readTree(get(url + "api/history").body())
          .forEach(record -> batches.add(record.get("batch").asInt()));
      assertThat(batches).isSorted().doesNotHaveDuplicates().startsWith(1).endsWith(LONG_LIFE);
      assertThat(batches).hasSizeBetween(1_500, 3_000);
      int widest = 0;
      for (int i = 1; i < batches.size(); i++) {
        widest = Math.max(widest, batches.get(i) - batches.get(i - 1));
      }
      assertThat(widest).as("mini-batches from one point to the next").isLessThan(100);
    }
  }

  /** Asks, and never reads the answer. */
  private static Socket ask(String path, int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    String request = String.format(Locale.ROOT, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    socket.getOutputStream().write(request.getBytes(UTF_8));
    return socket;
  }

  private InputStream listen(String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + "api/events")).build();
    return client.send(request, BodyHandlers.ofInputStream()).body();
  }

  private static void assertHears(InputStream events) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(events, UTF_8));
    String line = lines.readLine();
    while (line != null && !line.equals("event: costs")) {
      line = lines.readLine();
    }
    assertThat(lines.readLine()).startsWith("data: [{\"model\":");
  }

  private static String url(MillraceProcess run) {
    return run.awaitLine("Dashboard: ").substring("Dashboard: ".length());
  }

  private JsonNode awaitStatus(String url, Predicate<JsonNode> wanted) throws Exception {
    return awaitJson(url + "api/status", wanted);
  }

  private JsonNode awaitJson(String url, Predicate<JsonNode> wanted) throws Exception {
    return JSON.readTree(await(url, answer -> wanted.test(json(answer))).body());
  }

  private static JsonNode json(HttpResponse<String> answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks until the answer is the one that is wanted. */
  private HttpResponse<String> await(String url, Predicate<HttpResponse<String>> wanted)
      throws Exception {
    long deadline = System.nanoTime() + MillraceProcess.PATIENCE.toNanos();
    HttpResponse<String> answer = get(url);
    while (!wanted.test(answer)) {
      assertThat(System.nanoTime()).as(url + ": " + answer.body()).isLessThan(deadline);
      Thread.sleep(100);
      answer = get(url);
    }
    return answer;
  }

  private HttpResponse<String> get(String url) throws Exception {
    return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  private static List<ProducerRecord<byte[], byte[]>> examples(TestLearner learner, int count) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double x = Math.sin(i);
      double y = 10 + Math.cos(7 * i);
      String example =
          String.format(
              Locale.ROOT, "{\"features\":[%s,%s],\"label\":%d}", x, y, x > y - 10 ? 1 : 0);
      records.add(new ProducerRecord<>(learner.examples(), example.getBytes(UTF_8)));
    }
    return records;
  }
}
