package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.codec.published.CostCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.Durations;
import io.millrace.example.MiniBatch;
import io.millrace.learn.BatchCost;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.Learner;
import io.millrace.learn.LogPosition;
import io.millrace.learn.Snapshot;
import io.millrace.learn.Training;
import io.millrace.learn.quality.Prequential;
import io.millrace.nn.KernelKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Properties;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the topology makes of its records. The driver commits after every record: this shows logic,
 * never durability.
 */
class LearnerTopologyTest {
  private static final Instant START = Instant.parse("2026-11-23T15:00:00Z");
  private static final byte[] KEY = "flights".getBytes(UTF_8);

  @TempDir private Path stateFolder;
  private @Nullable TopologyTestDriver driver;
  private MillraceConfig config = LearnerFixture.config();

  @AfterEach
  void close() {
    if (driver != null) {
      driver.close();
    }
  }

  @Test
  void shouldStackGoodExamplesInOrderIntoMiniBatchesOfTheConfiguredSize() {
    start();
    example(1, 10, 0);
    example(2, 20, 1);
    send("not json");
    example(3, 30, 0);
    send("{\"features\":[1],\"label\":0}");
    example(4, 40, 1);
    example(5, 50, 1);
    assertThat(read("log")).hasSize(1).first().satisfies(this::isFirstMiniBatch);

    example(6, 60, 0);
    example(7, 70, 0);

    List<TestRecord<byte[], byte[]>> log = read("log");
    assertThat(log).hasSize(1);
    MiniBatch second = MiniBatchCodec.decode(log.get(0).value(), 1);
    assertThat(second.describeOffsets()).isEqualTo("5-7");
    assertThat(second.xt().data).containsExactly(4, 40, 5, 50, 6, 60);
    assertThat(second.yt().data).containsExactly(1, 1, 0);
    assertThat(read("dead")).hasSize(2);
  }

  private void isFirstMiniBatch(TestRecord<byte[], byte[]> record) {
    assertThat(record.key()).isEqualTo(KEY);
    assertThat(record.getRecordTime()).isEqualTo(START);
    MiniBatch batch = MiniBatchCodec.decode(record.value(), 1);
    assertThat(batch.partition()).isZero();
    assertThat(batch.describeOffsets()).isEqualTo("0-1, 3");
    assertThat(batch.xt().data).containsExactly(1, 10, 2, 20, 3, 30);
    assertThat(batch.yt().data).containsExactly(0, 1, 0);
  }

  @Test
  void shouldKeepADeadLetterByteForByteAndAddWhyAndWhereFrom() {
    start();
    example(1, 10, 0);
    byte[] key = {0, (byte) 0xff};
    byte[] value = {(byte) 0x80, '{', 0};
    Headers headers =
        new RecordHeaders()
            .add("trace", new byte[] {1, (byte) 0xfe})
            .add("empty", null)
            .add("trace", new byte[] {2});
    driver().advanceWallClockTime(Duration.ofSeconds(3));

    input("in").pipeInput(new TestRecord<>(key, value, headers, 123L));

    TestRecord<byte[], byte[]> letter = only("dead");
    assertThat(letter.key()).isEqualTo(key);
    assertThat(letter.value()).isEqualTo(value);
    assertThat(letter.getRecordTime()).isEqualTo(START.plusSeconds(3));
    List<Header> all = StreamSupport.stream(letter.headers().spliterator(), false).toList();
    assertThat(all.subList(0, 3)).containsExactly(headers.toArray());
    assertThat(all)
        .extracting(Header::key)
        .containsExactly(
            "trace",
            "empty",
            "trace",
            "millrace.reason",
            "millrace.detail",
            "millrace.topic",
            "millrace.partition",
            "millrace.offset",
            "millrace.timestamp");
    assertThat(header(letter, "reason")).isEqualTo("not-json");
    assertThat(header(letter, "detail")).startsWith("Broken JSON at line 1, column ");
    assertThat(header(letter, "topic")).isEqualTo("in");
    assertThat(header(letter, "partition")).isEqualTo("0");
    assertThat(header(letter, "offset")).isEqualTo("1");
    assertThat(header(letter, "timestamp")).isEqualTo("123");
  }

  /** The broker may refuse theirs. */
  @Test
  void shouldWriteNothingWithTheTimesOfExamples() {
    start();
    for (int i = 0; i < 4; i++) {
      byte[] value = "{\"features\":[1,2],\"label\":1}".getBytes(UTF_8);
      input("in").pipeInput(new TestRecord<>(KEY, value, new RecordHeaders(), Long.MAX_VALUE));
    }
    Set<String> topics = driver().producedTopicNames();
    assertThat(topics)
        .containsExactlyInAnyOrder(
            "log", "costs", "flights-partial-batch-changelog", "flights-model-changelog");
    assertThat(topics)
        .flatExtracting(this::read)
        .extracting(TestRecord::getRecordTime)
        .containsOnly(START);
  }

  @Test
  void shouldKeepATombstoneAndAMissingKeyAmongTheDeadLetters() {
    start();

    input("in").pipeInput(new TestRecord<>(null, null, new RecordHeaders(), 5L));

    TestRecord<byte[], byte[]> letter = only("dead");
    assertThat(letter.key()).isNull();
    assertThat(letter.value()).isNull();
    assertThat(header(letter, "reason")).isEqualTo("not-json");
  }

  /** Dead letters that were repaired wrongly come back: the newest reason is the last header. */
  @Test
  void shouldAddToTheHeadersOfAnEarlierDeath() {
    start();
    send("{}");
    TestRecord<byte[], byte[]> first = only("dead");

    input("in").pipeInput(new TestRecord<>(null, "[]".getBytes(UTF_8), first.headers(), 5L));

    TestRecord<byte[], byte[]> second = only("dead");
    assertThat(second.headers().headers("millrace.reason")).hasSize(2);
    assertThat(header(second, "reason")).isEqualTo("not-json");
    assertThat(header(second, "offset")).isEqualTo("1");
  }

  @Test
  void shouldSendAPartialMiniBatchWhenMaxWaitHasPassedSinceItsFirstExample() {
    start();
    advance("30s");
    send("{}"); // a rejected record does not start the clock
    advance("4s");
    example(1, 10, 0);
    advance("9s");
    example(2, 20, 1);
    advance("999ms");
    assertThat(read("log")).isEmpty();

    advance("1ms");

    MiniBatch batch = MiniBatchCodec.decode(only("log").value(), 1);
    assertThat(batch.describeOffsets()).isEqualTo("1-2");
    advance("1h");
    assertThat(read("log")).isEmpty();
    assertThat(read("costs")).hasSize(1);
  }

  @Test
  void shouldStartTheClockAnewAfterAFullMiniBatch() {
    start();
    example(1, 10, 0);
    advance("9s");
    example(2, 20, 1);
    example(3, 30, 1);
    example(4, 40, 1);
    assertThat(read("log")).hasSize(1);

    advance("9s");
    assertThat(read("log")).isEmpty();
    advance("1s");
    assertThat(MiniBatchCodec.decode(only("log").value(), 1).describeOffsets()).isEqualTo("3");
  }

  @Test
  void shouldNeverSendAPartialMiniBatchWithoutMaxWait() {
    start("training.maxWait=never");
    example(1, 10, 0);
    example(2, 20, 1);

    advance("1000h");

    assertThat(read("log")).isEmpty();
  }

  @Test
  void shouldPublishTheCostOfEachMiniBatchUnderTheModelsName() throws ConfigException {
    start();
    Learner reference =
        new Learner(
            InitialModel.of(config),
            new Training(updates -> 0.5 / (1 + 0.25 * updates), 0, OptionalDouble.empty()),
            KernelKind.best());
    List<BatchCost> expected = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      batchOfExamples(i);
      MiniBatch batch = MiniBatchCodec.decode(only("log").value(), 1);
      if (reference.learn(batch, i) instanceof BatchMetrics metrics) {
        expected.add(
            new BatchCost("flights", metrics, new LogPosition("log", 0, i), START.plusSeconds(i)));
      }
      advance("1s");
    }

    List<TestRecord<byte[], byte[]>> costs = read("costs");

    assertThat(costs).allSatisfy(cost -> assertThat(cost.key()).isEqualTo(KEY));
    assertThat(costs).extracting(cost -> CostCodec.decode(cost.value())).isEqualTo(expected);
    assertThat(costs)
        .last()
        .satisfies(c -> assertThat(c.getRecordTime()).isEqualTo(START.plusSeconds(4)));
    assertThat(expected)
        .last()
        .satisfies(c -> assertThat(c.metrics().learningRate()).isEqualTo(0.25));
    Prequential figures = expected.get(4).metrics().prequential().orElseThrow();
    assertThat(figures.window().examples())
        .isEqualTo(figures.sinceStart().examples())
        .isEqualTo(15);
    assertThat(figures.sinceStart().cost())
        .isCloseTo(
            expected.stream().mapToDouble(c -> c.metrics().cost()).average().orElseThrow(),
            within(1e-12));
  }

  @Test
  void shouldPublishTheQualityOverTheConfiguredWindow() {
    start("evaluation.window=4");
    for (int i = 0; i < 5; i++) {
      batchOfExamples(i);
    }

    List<Prequential> figures =
        read("costs").stream()
            .map(cost -> CostCodec.decode(cost.value()).metrics().prequential().orElseThrow())
            .toList();

    assertThat(figures)
        .extracting(each -> each.window().examples())
        .containsExactly(3L, 4L, 4L, 4L, 4L);
    assertThat(figures)
        .extracting(each -> each.sinceStart().examples())
        .containsExactly(3L, 6L, 9L, 12L, 15L);
    assertThat(figures).extracting(Prequential::drifts).containsOnly(0L);
  }

  @Test
  void shouldPublishASnapshotEveryFewMiniBatches() {
    start();
    List<Snapshot> snapshots = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      batchOfExamples(i);
      for (TestRecord<byte[], byte[]> record : read("models")) {
        assertThat(record.key()).isEqualTo(KEY);
        snapshots.add(SnapshotCodec.decode(record.value()));
      }
      assertThat(snapshots).hasSize((i + 1) / 2);
    }

    assertThat(snapshots).extracting(Snapshot::version).containsExactly(2L, 4L);
    assertThat(snapshots).extracting(Snapshot::examples).containsExactly(6L, 12L);
    assertThat(snapshots)
        .extracting(Snapshot::learnedThrough)
        .containsExactly(
            Optional.of(new LogPosition("log", 0, 1)), Optional.of(new LogPosition("log", 0, 3)));
    assertThat(snapshots).extracting(Snapshot::timestamp).containsOnly(START);
    assertThat(snapshots.get(1).parameters().w1()).isNotEqualTo(snapshots.get(0).parameters().w1());
  }

  @Test
  void shouldPublishASnapshotAtTheIntervalOnlyWhenTheModelHasChanged() {
    start("publish.snapshotEvery=1000");
    advance("10m");
    assertThat(read("models")).as("nothing learned yet").isEmpty();

    batchOfExamples(0);
    advance("59s");
    assertThat(read("models")).isEmpty();
    advance("1s");
    assertThat(SnapshotCodec.decode(only("models").value()).version()).isEqualTo(1);

    advance("10m");
    assertThat(read("models")).as("nothing learned since").isEmpty();
    send("{}");
    example(1, 2, 1);
    advance("5s");
    assertThat(read("models")).as("nothing learned since").isEmpty();
  }

  @Test
  void shouldSendADivergedMiniBatchAsItWasToTheDeadLettersAndGoOn() {
    start("model.output=identity");
    batchOfExamples(0);
    BatchCost before = CostCodec.decode(only("costs").value());
    assertThat(read("log")).hasSize(1);
    example(1, 10, 1e100);
    send("{}");
    example(2, 20, 1e100);
    assertThat(only("dead").headers().lastHeader("millrace.reason").value())
        .asString(UTF_8)
        .isEqualTo("missing-field");
    example(3, 30, 1e100);

    TestRecord<byte[], byte[]> letter = only("dead");
    TestRecord<byte[], byte[]> miniBatch = only("log");

    assertThat(letter.key()).isEqualTo(KEY);
    assertThat(letter.value()).isEqualTo(miniBatch.value());
    assertThat(header(letter, "reason")).isEqualTo("diverged");
    assertThat(header(letter, "detail"))
        .contains(
            "cost 5.0E199",
            "gradient norm ",
            "partition 0",
            "offsets 3, 5-6. The largest losses: partition 0 offset 6 (");
    assertThat(header(letter, "topic")).isEqualTo("log");
    assertThat(header(letter, "partition")).isEqualTo("0");
    assertThat(header(letter, "offset")).isEqualTo("1");
    assertThat(read("costs")).isEmpty();
    advance("1m");
    assertThat(SnapshotCodec.decode(only("models").value()).version()).isEqualTo(1);

    batchOfExamples(1);
    BatchCost after = CostCodec.decode(only("costs").value());
    assertThat(after.metrics().batch()).isEqualTo(before.metrics().batch() + 1);
    assertThat(after.metrics().totalExamples()).isEqualTo(6);
    assertThat(after.source()).isEqualTo(new LogPosition("log", 0, 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"features\":[1,2],\"label\":0}", "MRMB"})
  void shouldSendWhatIsNoMiniBatchToTheDeadLettersAndGoOn(String value) {
    start();

    log(KEY, value.getBytes(UTF_8));

    TestRecord<byte[], byte[]> letter = only("dead");
    assertThat(letter.value()).asString(UTF_8).isEqualTo(value);
    assertThat(header(letter, "reason")).isEqualTo("wrong-type");
    assertThat(header(letter, "detail")).contains("Not a Millrace mini-batch");
    assertThat(header(letter, "topic")).isEqualTo("log");
    goesOn();
  }

  @Test
  void shouldSendADamagedMiniBatchToTheDeadLettersAndGoOn() {
    start();
    byte[] damaged = miniBatch(2, 1, 3);
    damaged[40] ^= 1;

    log(KEY, damaged);

    assertThat(header(only("dead"), "detail"))
        .isEqualTo("A damaged mini-batch: its checksum does not fit");
    goesOn();
  }

  @Test
  void shouldSendATombstoneInTheLogToTheDeadLettersAndGoOn() {
    start();

    log(KEY, null);

    TestRecord<byte[], byte[]> letter = only("dead");
    assertThat(letter.value()).isNull();
    assertThat(header(letter, "reason")).isEqualTo("wrong-size");
    goesOn();
  }

  @Test
  void shouldSendAMiniBatchOfAnotherShapeToTheDeadLettersAndGoOn() {
    start();

    log(KEY, miniBatch(3, 1, 2));
    log(KEY, miniBatch(2, 2, 2));
    log(KEY, miniBatch(2, 1, 0));

    List<TestRecord<byte[], byte[]>> letters = read("dead");
    assertThat(letters).extracting(letter -> header(letter, "reason")).containsOnly("wrong-size");
    assertThat(letters)
        .extracting(letter -> header(letter, "detail"))
        .containsExactly(
            "The mini-batch has 3 inputs, 1 outputs and 2 examples; the model has 2 inputs, 1 outputs",
            "The mini-batch has 2 inputs, 2 outputs and 2 examples; the model has 2 inputs, 1 outputs",
            "The mini-batch has 2 inputs, 1 outputs and 0 examples; the model has 2 inputs, 1 outputs");
    goesOn();
  }

  @Test
  void shouldPassOverTheMiniBatchesOfAnotherModel() {
    start();

    log("trains".getBytes(UTF_8), miniBatch(2, 1, 3));
    log(null, miniBatch(2, 1, 3));
    log("trains".getBytes(UTF_8), new byte[] {1});

    assertThat(read("dead")).isEmpty();
    assertThat(read("costs")).isEmpty();
    goesOn();
  }

  @Test
  void shouldTakeMiniBatchesOfAnySizeFromTheLog() {
    start();

    log(KEY, miniBatch(2, 1, 1));
    log(KEY, miniBatch(2, 1, 100));

    assertThat(read("costs"))
        .extracting(cost -> CostCodec.decode(cost.value()).metrics().examples())
        .containsExactly(1, 100);
  }

  /** The driver runs under at-least-once too; the outcome is the same. */
  @Test
  void shouldServeWithAtLeastOnce() {
    start("guarantee=at-least-once");
    goesOn();
  }

  private void start(String... overrides) {
    config = LearnerFixture.config(overrides);
    try {
      Properties settings = StreamsSettings.of(config);
      settings.put(StreamsConfig.STATE_DIR_CONFIG, stateFolder.toString());
      driver = new TopologyTestDriver(LearnerFixture.topology(config), settings, START);
    } catch (ConfigException e) {
      throw new AssertionError(e);
    }
  }

  private TopologyTestDriver driver() {
    if (driver == null) {
      throw new AssertionError("start() comes first");
    }
    return driver;
  }

  private TestInputTopic<byte[], byte[]> input(String topic) {
    return driver().createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private void send(String value) {
    input("in").pipeInput(null, value.getBytes(UTF_8));
  }

  private void example(double x1, double x2, double label) {
    send("{\"features\":[%s,%s],\"label\":%s}".formatted(x1, x2, label));
  }

  private void batchOfExamples(int seed) {
    example(seed, 1, 0);
    example(1, seed / 2.0, 1);
    example(-1, -seed, 1);
  }

  private void log(byte @Nullable [] key, byte @Nullable [] value) {
    input("log").pipeInput(new TestRecord<>(key, value, new RecordHeaders(), 5L));
  }

  private static byte[] miniBatch(int inputs, int outputs, int examples) {
    MiniBatch batch = new MiniBatch(inputs, outputs, Math.max(1, examples));
    Arrays.fill(batch.xt().data, 0.5);
    for (int i = 0; i < examples; i++) {
      batch.append(0, i);
    }
    return MiniBatchCodec.encode(batch);
  }

  /** The next mini-batch is learned as the model's first. */
  private void goesOn() {
    batchOfExamples(1);
    assertThat(CostCodec.decode(only("costs").value()).metrics().batch()).isEqualTo(1);
    assertThat(read("dead")).isEmpty();
  }

  private void advance(String time) {
    driver().advanceWallClockTime(Durations.parse(time));
  }

  private List<TestRecord<byte[], byte[]>> read(String topic) {
    TestOutputTopic<byte[], byte[]> output =
        driver().createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    return output.readRecordsToList();
  }

  private TestRecord<byte[], byte[]> only(String topic) {
    List<TestRecord<byte[], byte[]>> records = read(topic);
    assertThat(records).as(topic).hasSize(1);
    return records.get(0);
  }

  private static String header(TestRecord<byte[], byte[]> letter, String name) {
    return new String(letter.headers().lastHeader("millrace." + name).value(), UTF_8);
  }
}
