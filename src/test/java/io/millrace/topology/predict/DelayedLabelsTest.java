package io.millrace.topology.predict;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.codec.log.ServedCodec;
import io.millrace.codec.published.CostCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.ServedPrediction;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Model;
import io.millrace.learn.Predictor;
import io.millrace.learn.PublishedModel;
import io.millrace.learn.PublishedModel.Publication;
import io.millrace.learn.Snapshot;
import io.millrace.nn.KernelKind;
import io.millrace.topology.AcceptedTimes;
import io.millrace.topology.InitialModel;
import io.millrace.topology.JoinedExample;
import io.millrace.topology.LearnerFixture;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.TopicFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events and their labels on two topics, within ten seconds, and a second of grace. */
class DelayedLabelsTest {
  private static final long START = 1_000_000;
  private static final long HOUR = 3_600_000;
  private static final Duration MORE_THAN_THE_EMIT_INTERVAL = Duration.ofSeconds(2);
  private static final TopicFacts FACTS =
      new TopicFacts(
          new Uuid(1, 1),
          new Uuid(2, 2),
          100_000,
          new AcceptedTimes("predictions", AcceptedTimes.UNLIMITED, HOUR),
          Optional.of(
              new TopicFacts.Joined(
                  new Uuid(3, 3),
                  new Uuid(4, 4),
                  10_000,
                  new AcceptedTimes("in", AcceptedTimes.UNLIMITED, HOUR),
                  new AcceptedTimes("waiting", AcceptedTimes.UNLIMITED, HOUR))));

  private final PublishedModel published = new PublishedModel();
  private final Counts counts = new Counts();
  private MillraceConfig config;
  private TopologyTestDriver driver;

  /** Counts what is told. */
  private static final class Counts implements LearningMetrics {
    private final List<Reason> rejected = new ArrayList<>();
    private int labelled;
    private int unlabelled;

    @Override
    public void learned(int examples, long nanos) {}

    @Override
    public void rejected(Reason reason, int examples) {
      rejected.add(reason);
    }

    @Override
    public void published() {}

    @Override
    public void predicted(int events) {}

    @Override
    public void labelled() {
      labelled++;
    }

    @Override
    public void neverLabelled() {
      unlabelled++;
    }
  }

  @BeforeEach
  void start() throws ConfigException {
    start("example.features=features");
  }

  private void start(String... overrides) throws ConfigException {
    if (driver != null) {
      driver.close();
    }
    List<String> all =
        new ArrayList<>(
            List.of(
                "topics.events=events",
                "topics.predictions=predictions",
                "example.labels.topic=labels",
                "example.labels.within=10s",
                "example.labels.grace=1s"));
    all.addAll(List.of(overrides));
    config = LearnerFixture.config(all.toArray(String[]::new));
    publish(0);
    driver =
        new TopologyTestDriver(
            PredictionTopology.build(config, FACTS, published, counts), new Properties());
  }

  @AfterEach
  void close() {
    driver.close();
  }

  /** A task can be new here, and the snapshot be deleted since the predictions began. */
  @Test
  void shouldPredictWithTheLastSnapshotOnceItIsDeleted() throws ConfigException {
    publish(7);
    published.clear();

    event("a", 0.5, 0);

    assertThat(read("predictions"))
        .singleElement()
        .satisfies(
            record -> assertThat(new String(record.value(), UTF_8)).contains("\"modelVersion\":7"));
  }

  /** A snapshot that calls itself this version, with parameters of its own. */
  private Snapshot publish(long version) throws ConfigException {
    Model model =
        InitialModel.of(LearnerFixture.config("model.seed=" + (version + 1), "model.name=flights"));
    Snapshot snapshot =
        new Snapshot(
            "flights",
            version,
            0,
            model.architecture(),
            model.parameters(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(KernelKind.EJML.text()),
            Instant.EPOCH);
    published.set(new Publication(snapshot, SnapshotCodec.encode(snapshot)));
    return snapshot;
  }

  private void event(@Nullable String key, double x, long seconds) {
    send("events", key, "{\"features\":[%s,1]}".formatted(x), seconds);
  }

  private void label(@Nullable String key, double y, long seconds) {
    send("labels", key, "{\"label\":%s}".formatted(y), seconds);
  }

  private void send(String topic, @Nullable String key, @Nullable String value, long seconds) {
    TestInputTopic<byte[], byte[]> input =
        driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    input.pipeInput(
        new TestRecord<>(
            key == null ? null : key.getBytes(UTF_8),
            value == null ? null : value.getBytes(UTF_8),
            new RecordHeaders().add("trace", topic.getBytes(UTF_8)),
            START + 1000 * seconds));
  }

  /** Records of a later time, after which everything before is decided. */
  private void passTime(long seconds) {
    driver.advanceWallClockTime(MORE_THAN_THE_EMIT_INTERVAL);
    event("later", 0, seconds);
    driver.advanceWallClockTime(MORE_THAN_THE_EMIT_INTERVAL);
    label("later", 0, seconds + 1);
  }

  private List<TestRecord<byte[], byte[]>> read(String topic) {
    TestOutputTopic<byte[], byte[]> output =
        driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    return output.readRecordsToList();
  }

  private static String text(TestRecord<byte[], byte[]> record, String header) {
    Header found = record.headers().lastHeader(header);
    return found == null ? "none" : new String(found.value(), UTF_8);
  }

  private static String value(TestRecord<byte[], byte[]> record) {
    return new String(record.value(), UTF_8);
  }

  private static ServedPrediction served(TestRecord<byte[], byte[]> example) {
    return ServedCodec.decode(example.headers().lastHeader(JoinedExample.SERVED).value());
  }

  @Test
  void shouldMakeAnExampleOfAnEventAndItsLabelWithWhatWasServed() throws ConfigException {
    Snapshot first = published.newest().orElseThrow().snapshot();
    event("a", 0.5, 0);
    publish(7);
    event("b", -2, 1);
    label("b", 1, 3);
    label("a", 0, 10);

    List<TestRecord<byte[], byte[]>> examples = read("in");
    assertThat(examples)
        .extracting(record -> new String(record.key(), UTF_8))
        .containsExactly("b", "a");
    TestRecord<byte[], byte[]> a = examples.get(1);
    assertThat(value(a)).isEqualTo("{\"features\":[0.5,1]}");
    assertThat(text(a, JoinedExample.LABEL)).isEqualTo("{\"label\":0.0}");
    assertThat(served(examples.get(0)).version()).isEqualTo(7);
    assertThat(served(a).version()).isZero();
    Predictor predictor = new Predictor(first);
    predictor.predict(new DMatrixRMaj(new double[][] {{0.5, 1}}));
    assertThat(served(a).z()).isEqualTo(predictor.served().orElseThrow().z());
    assertThat(read("predictions")).hasSize(2);
    assertThat(read("dead")).isEmpty();
    assertThat(counts.labelled).isEqualTo(2);
  }

  @Test
  void shouldPutALabelWithoutAnEventWithTheDeadLetters() {
    event("a", 1, 0);
    label("b", 1, 2);
    label("a", 1, 11); // a second too late
    passTime(30);

    List<TestRecord<byte[], byte[]>> letters = read("dead");
    assertThat(letters).extracting(r -> text(r, "millrace.reason")).containsOnly("no-event");
    assertThat(letters).extracting(r -> new String(r.key(), UTF_8)).containsExactly("b", "a");
    TestRecord<byte[], byte[]> b = letters.get(0);
    assertThat(value(b)).isEqualTo("{\"label\":1.0}");
    assertThat(text(b, "trace")).isEqualTo("labels");
    assertThat(text(b, "millrace.topic")).isEqualTo("labels");
    assertThat(text(b, "millrace.partition")).isEqualTo("0");
    assertThat(text(b, "millrace.offset")).isEqualTo("0");
    assertThat(text(b, "millrace.timestamp")).isEqualTo(Long.toString(START + 2000));
    assertThat(text(b, "millrace.detail"))
        .isEqualTo(
            "No event with the key of this label arrived on topic events, at most 10 s before"
                + " or 1 s after the label");
    assertThat(read("in")).hasSize(1); // the pair that let time pass
    assertThat(counts.unlabelled).as("a").isEqualTo(1);
    assertThat(counts.rejected).containsExactly(Reason.NO_EVENT, Reason.NO_EVENT);
  }

  @Test
  void shouldTakeAnEventThatComesAfterItsLabel() {
    label("a", 1, 5);
    event("a", 1, 4);
    label("b", 1, 5);
    event("b", 1, 6); // clocks differ
    passTime(40);
    assertThat(read("in")).hasSize(3);
    assertThat(read("dead")).isEmpty();
    assertThat(counts.unlabelled).isZero();
  }

  @Test
  void shouldJoinEveryEventOfAKeyWithEveryLabelInTheWindow() {
    event("a", 1, 0);
    event("a", 1, 0);
    event("a", 2, 1);
    label("a", 1, 2);
    assertThat(read("in")).hasSize(3);
    label("a", 0, 2);
    assertThat(read("in")).hasSize(3);
    passTime(40);
    assertThat(read("dead")).isEmpty();
    assertThat(counts.unlabelled).isZero();
  }

  @Test
  void shouldPutWhatCannotBeJoinedWithTheDeadLetters() {
    send("events", "a", "{\"features\":[1]}", 0);
    send("events", "a", null, 0);
    event(null, 1, 0);
    send("labels", "a", "{\"label\":7}", 1);
    send("labels", "a", "{}", 1);
    send("labels", "a", null, 1);
    label(null, 1, 1);
    List<TestRecord<byte[], byte[]>> letters = read("dead");
    assertThat(letters)
        .extracting(r -> text(r, "millrace.topic") + " " + text(r, "millrace.reason"))
        .containsExactly(
            "events wrong-size",
            "events not-json",
            "events missing-field",
            "labels bad-label",
            "labels missing-field",
            "labels not-json",
            "labels missing-field");
    assertThat(text(letters.get(2), "millrace.detail")).contains("the event was predicted");
    assertThat(letters.get(2).value()).isEqualTo("{\"features\":[1.0,1]}".getBytes(UTF_8));
    assertThat(read("predictions")).as("of the event without a key").hasSize(1);
    passTime(40);
    assertThat(read("in")).hasSize(1);
    assertThat(read("dead")).isEmpty();
    assertThat(counts.unlabelled).isZero();
  }

  private void at(String topic, String key, String value, long time) {
    TestInputTopic<byte[], byte[]> input =
        driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    input.pipeInput(
        new TestRecord<>(key.getBytes(UTF_8), value.getBytes(UTF_8), new RecordHeaders(), time));
  }

  @Test
  void shouldNotLetARecordThatIsAheadPassTheTimeOfThoseAfterIt() {
    long ahead = System.currentTimeMillis() + HOUR / 2;
    event("a", 1, 0);
    at("events", "b", "{\"features\":[2,1]}", ahead);
    event("c", 1, 0);
    label("a", 1, 1);
    label("b", 1, 1);
    at("labels", "c", "{\"label\":1}", ahead);
    event("d", 1, 2);
    label("d", 1, 3);
    assertThat(read("in"))
        .extracting(r -> new String(r.key(), UTF_8))
        .containsExactly("a", "b", "c", "d");
    assertThat(read("predictions"))
        .extracting(TestRecord::timestamp)
        .containsExactly(START, START, START, START + 2000);
    driver.advanceWallClockTime(MORE_THAN_THE_EMIT_INTERVAL);
    passTime(40);
    assertThat(read("dead")).isEmpty();
    assertThat(counts.unlabelled).isZero();
  }

  @Test
  void shouldPutARecordWhoseTimeIsRefusedFurtherOnWithTheDeadLetters() {
    long micros = System.currentTimeMillis() * 1000;
    event("a", 1, 0);
    at("events", "b", "{\"features\":[1,1]}", micros);
    at("labels", "b", "{\"label\":1}", micros);
    at("events", "c", "{}", micros);
    label("a", 1, 1);
    assertThat(read("in")).hasSize(1);
    assertThat(read("predictions")).hasSize(1);
    assertThat(read("dead"))
        .extracting(r -> text(r, "millrace.topic") + " " + text(r, "millrace.reason"))
        .containsExactly("events bad-time", "labels bad-time", "events missing-field");
    assertThat(counts.rejected)
        .containsExactly(Reason.BAD_TIME, Reason.BAD_TIME, Reason.MISSING_FIELD);
  }

  @Test
  void shouldRefuseAPairThatTheExamplesTopicDoesNotTake() {
    send("events", "a", "{\"features\":[1,1],\"x\":\"%s\"}".formatted("x".repeat(9_900)), 0);
    label("a", 1, 1);
    assertThat(read("in")).isEmpty();
    assertThat(read("dead"))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(text(letter, "millrace.reason")).isEqualTo("wrong-size");
              assertThat(text(letter, JoinedExample.LABEL)).isEqualTo("{\"label\":1.0}");
            });
  }

  @Test
  void shouldLearnWhatWasJoinedAndScoreWhatWasServed() throws ConfigException {
    publish(4);
    event("a", 1, 0);
    publish(9);
    event("b", -1, 0);
    label("b", 0, 1);
    label("a", 1, 1);
    List<TestRecord<byte[], byte[]>> examples = read("in");
    try (TopologyTestDriver learner =
        new TopologyTestDriver(
            LearnerTopology.build(
                config, InitialModel.of(config), FACTS, new PublishedModel(), counts, () -> false),
            new Properties())) {
      TestInputTopic<byte[], byte[]> in =
          learner.createInputTopic("in", new ByteArraySerializer(), new ByteArraySerializer());
      examples.forEach(in::pipeInput);
      // one that came with its label
      in.pipeInput("{\"features\":[3,1],\"label\":1}".getBytes(UTF_8));

      byte[] record =
          learner
              .createOutputTopic("log", new ByteArrayDeserializer(), new ByteArrayDeserializer())
              .readValue();
      MiniBatch batch = MiniBatchCodec.decode(record, 1);
      assertThat(batch.size()).isEqualTo(3);
      assertThat(batch.servedCount()).isEqualTo(2);
      assertThat(batch.servedVersion(0)).isEqualTo(9);
      assertThat(batch.servedVersion(1)).isEqualTo(4);
      assertThat(batch.servedVersion(2)).isEqualTo(MiniBatch.NOT_SERVED);
      assertThat(batch.xt().data).startsWith(-1, 1, 1, 1, 3, 1);
      assertThat(batch.yt().data).startsWith(0, 1, 1);
      double[] z = {served(examples.get(0)).z()[0], served(examples.get(1)).z()[0]};
      assertThat(batch.servedZt().data).startsWith(z);

      BatchMetrics metrics =
          CostCodec.decode(
                  learner
                      .createOutputTopic(
                          "costs", new ByteArrayDeserializer(), new ByteArrayDeserializer())
                      .readValue())
              .metrics();
      // -log(1 - a) of label 0, -log a of label 1
      double expected = (Math.log1p(Math.exp(z[0])) + Math.log1p(Math.exp(-z[1]))) / 2;
      assertThat(metrics.served())
          .hasValueSatisfying(
              served -> {
                assertThat(served.examples()).isEqualTo(2);
                assertThat(served.cost()).isCloseTo(expected, within(1e-12));
                assertThat(served.accuracy())
                    .hasValue(((z[0] <= 0 ? 1 : 0) + (z[1] > 0 ? 1 : 0)) / 2.0);
                assertThat(served.oldestVersion()).isEqualTo(4);
                assertThat(served.newestVersion()).isEqualTo(9);
              });
      // the evaluation is of what was really answered
      Predictor now = new Predictor(snapshotOf(InitialModel.of(config)));
      now.predict(new DMatrixRMaj(new double[][] {{3, 1}}));
      double answered =
          (2 * expected + Math.log1p(Math.exp(-now.served().orElseThrow().z()[0]))) / 3;
      assertThat(metrics.prequential().orElseThrow().window().cost())
          .isCloseTo(answered, within(1e-6));
    }
  }

  private static Snapshot snapshotOf(Model model) {
    return Snapshot.of("flights", model, Optional.empty(), "log", KernelKind.EJML, Instant.EPOCH);
  }

  @Test
  void shouldPublishTheModelAsItStartsSoThatEventsCanBePredicted() throws ConfigException {
    try (TopologyTestDriver learner =
        new TopologyTestDriver(
            LearnerTopology.build(
                config, InitialModel.of(config), FACTS, new PublishedModel(), counts, () -> false),
            new Properties())) {
      learner.advanceWallClockTime(Duration.ofMillis(5));
      List<TestRecord<byte[], byte[]>> snapshots =
          learner
              .createOutputTopic("models", new ByteArrayDeserializer(), new ByteArrayDeserializer())
              .readRecordsToList();
      assertThat(snapshots).hasSize(1);
      Snapshot snapshot = SnapshotCodec.decode(snapshots.get(0).value());
      assertThat(snapshot.version()).isZero();
      assertThat(snapshot.learnedThrough()).isEmpty();
      learner.advanceWallClockTime(Duration.ofMinutes(2)); // not once more
      assertThat(learner.producedTopicNames())
          .noneMatch(topic -> topic.equals("log") || topic.equals("costs") || topic.equals("dead"));
    }
  }
}
