package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.example.MiniBatch;
import io.millrace.learn.BatchCost;
import io.millrace.learn.quality.ServedQuality;
import io.millrace.testing.Await;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events and their labels on two topics, through real processes, one of which is killed. */
@WithKafka
final class DelayedLabelsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BATCH = 8;
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      example:
        features: [x, id]
        labels: {topic: LABELS, within: 30s, grace: 1s}
      training:
        batchSize: 8
        maxWait: never
        scaling: standard
      publish:
        snapshotEvery: 1
        snapshotInterval: 1h
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;
  private final HttpClient http = HttpClient.newHttpClient();
  private final String labels = TestTopics.unique("labels");
  private final String events = TestTopics.unique("events");
  private final String predictions = TestTopics.unique("predictions");
  private final long start = System.currentTimeMillis() - 600_000;
  private TestLearner learner;

  DelayedLabelsIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  @BeforeEach
  void writeConfiguration() throws IOException {
    learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML.replace("LABELS", labels));
  }

  private String[] options() {
    return new String[] {
      "--set", "topics.events=" + events,
      "--set", "topics.predictions=" + predictions,
      "--set", "http.port=0"
    };
  }

  /** Event i comes i tenths of a second after the start. */
  private static double x(int i) {
    return Math.sin(i);
  }

  private ProducerRecord<byte[], byte[]> event(int i) {
    return record(events, "k" + i, "{\"x\":%s,\"id\":%d}".formatted(x(i), i), 100L * i);
  }

  /** Twenty seconds later. */
  private ProducerRecord<byte[], byte[]> label(int i) {
    return record(labels, "k" + i, "{\"label\":%d}".formatted(x(i) > 0 ? 1 : 0), 100L * i + 20_000);
  }

  private ProducerRecord<byte[], byte[]> record(
      String topic, String key, String value, long millis) {
    return new ProducerRecord<>(
        topic, null, start + millis, key.getBytes(UTF_8), value.getBytes(UTF_8));
  }

  private void events(int from, int to) {
    topics.produce(IntStream.range(from, to).mapToObj(this::event).toList());
  }

  private void labels(int from, int to) {
    topics.produce(IntStream.range(from, to).mapToObj(this::label).toList());
  }

  @Test
  void shouldLearnWhatIsLabelledLaterOnceAndScoreWhatWasServed() throws Exception {
    try (MillraceProcess run = learner.run(options())) {
      events(0, 64); // nothing is learned yet, and they are predicted nevertheless
      assertThat(topics.consume(predictions, 64)).allMatch(record -> version(record) == 0);
      labels(0, 32);
      assertThat(learner.costs(topics, 4)).hasSize(4);
      events(64, 68);
      topics.produce(List.of(event(68), event(68))); // one that comes twice
      topics.consume(predictions, 70);
      run.kill();
    }
    labels(32, 56);
    topics.produce(List.of(record(labels, "ghost", "{\"label\":1}", 25_000)));
    events(69, 96);
    labels(64, 95); // 56 to 63 never get one, and 95 has not got one yet

    String page;
    try (MillraceProcess run = learner.run(options())) {
      // 32 and 24 and 31, and one that was there twice
      assertThat(learner.costs(topics, 11)).hasSize(11);
      letTimePass();
      ConsumerRecord<byte[], byte[]> letter = learner.deadLetters(topics, 1).get(0);
      assertThat(letter.key()).isEqualTo("ghost".getBytes(UTF_8));
      assertThat(letter.value()).isEqualTo("{\"label\":1}".getBytes(UTF_8));
      assertThat(header(letter, "millrace.reason")).isEqualTo("no-event");
      assertThat(header(letter, "millrace.topic")).isEqualTo(labels);
      assertThat(header(letter, "millrace.offset")).isEqualTo("56");
      page = metrics(run);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
    assertThat(page)
        .contains("millrace_events_total{outcome=\"unlabelled\"} 9.0") // 95 as well
        .contains("millrace_dead_letters_total{reason=\"no-event\"} 1.0");
    assertThat(topics.consume(learner.deadLetters(), 1)).hasSize(1);
    assertEachLearnedOnceAsServed(learner.miniBatches(topics, 11), learner.costs(topics, 11));
    MillraceProcess replay = learner.start("replay", options());
    assertThat(replay.awaitExit()).as(replay.toString()).isZero();
    assertThat(replay.out()).last().asString().contains("bit for bit");
  }

  private void assertEachLearnedOnceAsServed(List<MiniBatch> log, List<BatchCost> costs)
      throws IOException {
    Map<Integer, List<JsonNode>> served = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : topics.consume(predictions, 97)) {
      String key = new String(record.key(), UTF_8);
      if (key.startsWith("k")) {
        served
            .computeIfAbsent(Integer.valueOf(key.substring(1)), id -> new ArrayList<>())
            .add(JSON.readTree(record.value()));
      }
    }
    List<Integer> learned = new ArrayList<>();
    assertThat(log).hasSize(costs.size());
    for (int batch = 0; batch < log.size(); batch++) {
      MiniBatch each = log.get(batch);
      ServedQuality quality = costs.get(batch).metrics().served().orElseThrow();
      assertThat(quality.examples()).isEqualTo(BATCH);
      double loss = 0;
      for (int i = 0; i < BATCH; i++) {
        int id = (int) each.xt().get(i, 1);
        double label = each.yt().get(i, 0);
        learned.add(id);
        assertThat(each.xt().get(i, 0)).isEqualTo(x(id));
        assertThat(label).isEqualTo(x(id) > 0 ? 1 : 0);
        JsonNode prediction = requireNonNull(served.get(id)).remove(0);
        assertThat(each.servedVersion(i)).isEqualTo(prediction.get("modelVersion").asLong());
        double p = prediction.get("prediction").get(0).asDouble();
        assertThat(1 / (1 + Math.exp(-each.servedZt().get(i, 0)))).isCloseTo(p, within(1e-15));
        loss -= Math.log(label > 0 ? p : 1 - p);
      }
      assertThat(quality.cost()).isCloseTo(loss / BATCH, within(1e-12));
    }
    assertThat(learned)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(IntStream.range(0, 56), IntStream.range(64, 95), IntStream.of(68))
                .flatMap(IntStream::boxed)
                .toList());
  }

  /** With records of a later time, until what waits is decided. */
  private void letTimePass() {
    AtomicInteger number = new AtomicInteger();
    Await.until(
        "a dead letter",
        MillraceProcess.PATIENCE,
        () -> {
          String key = "later" + number.incrementAndGet();
          topics.produce(List.of(record(events, key, "{\"x\":0,\"id\":-1}", 120_000)));
          return !topics.endOffsets(learner.deadLetters()).equals(Map.of(0, 0L));
        });
  }

  private String metrics(MillraceProcess run) throws IOException, InterruptedException {
    String line = run.awaitLine("Dashboard: ");
    URI url = URI.create(line.substring(line.indexOf("http")) + "metrics");
    return http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static long version(ConsumerRecord<byte[], byte[]> record) {
    try {
      return JSON.readTree(record.value()).get("modelVersion").asLong();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  @Test
  void shouldRefuseTopicsThatCannotBeJoined() {
    String two = topics.create("events", 2);
    String three = topics.create("labels", 3);
    MillraceProcess run =
        learner.start(
            "run", "--set", "topics.events=" + two, "--set", "example.labels.topic=" + three);
    assertThat(run.awaitExit()).isEqualTo(1);
    assertThat(run.err())
        .singleElement()
        .asString()
        .contains(
            "Topic %s has 2 partitions and topic %s has 3. Events and labels"
                .formatted(two, three));
    MillraceProcess other =
        learner.start(
            "run", "--set", "topics.events=" + two, "--set", "example.labels.topic=" + labels);
    try (other) {
      other.awaitLine("learns from topic");
      assertThat(topics.endOffsets(labels)).as("as many as there are events").hasSize(2);
    }
  }
}
