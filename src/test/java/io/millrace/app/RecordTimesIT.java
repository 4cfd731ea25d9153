package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.example.MiniBatch;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records with times that are wrong, on topics that take them, through real processes: one of them
 * costs one dead letter, never a neighbour, never the process.
 */
@WithKafka
final class RecordTimesIT {
  private static final Map<String, String> ANY_TIME =
      Map.of("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      example:
        features: [x, id]
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
  private final long now = System.currentTimeMillis();

  RecordTimesIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  /** With any time: the producer's own check passes over it. */
  private static final class TimedRecord extends ProducerRecord<byte[], byte[]> {
    private final long time;

    TimedRecord(String topic, long time, String key, String value) {
      super(topic, key.getBytes(UTF_8), value.getBytes(UTF_8));
      this.time = time;
    }

    @Override
    public Long timestamp() {
      return time;
    }
  }

  private void produce(Stream<ProducerRecord<byte[], byte[]>> records) {
    topics.produce(records.toList());
  }

  private static String event(int i) {
    return "{\"x\":%s,\"id\":%d}".formatted(Math.sin(i), i);
  }

  private static String label(int i) {
    return "{\"label\":%d}".formatted(Math.sin(i) > 0 ? 1 : 0);
  }

  private static String example(int i) {
    return "{\"x\":%s,\"id\":%d,\"label\":%d}".formatted(Math.sin(i), i, Math.sin(i) > 0 ? 1 : 0);
  }

  /** The ids of the examples of a log, in their order. */
  private static List<Integer> ids(List<MiniBatch> log) {
    return log.stream()
        .flatMap(batch -> IntStream.range(0, 8).mapToObj(i -> (int) batch.xt().get(i, 1)))
        .toList();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader("millrace." + name).value(), UTF_8);
  }

  /**
   * A hundred pairs, one event and one label of them 50 minutes ahead; among them records that no
   * output takes.
   */
  @Test
  void shouldJoinEveryPairAmongRecordsOfWrongTimes() throws Exception {
    String events = topics.create("events", 1, ANY_TIME);
    String labels = topics.create("labels", 1, ANY_TIME);
    String predictions =
        topics.create("predictions", 1, Map.of("message.timestamp.before.max.ms", "36000000"));
    TestLearner learner =
        TestLearner.of(
            folder,
            kafka.bootstrapServers(),
            YAML.replace(
                "features: [x, id]",
                "features: [x, id]\n  labels: {topic: %s, within: 30s, grace: 5s}"
                    .formatted(labels)));
    String[] options = {
      "--set", "topics.events=" + events, "--set", "topics.predictions=" + predictions
    };
    Map<String, Long> refused =
        Map.of("micros", now * 1000, "hours", now + 120 * MINUTE, "secs", now / 1000);
    try (MillraceProcess run = learner.run(options)) {
      produce(IntStream.range(0, 50).mapToObj(i -> timed(events, i, event(i), 0)));
      produce(refused.entrySet().stream().map(e -> timed(events, e.getKey(), e.getValue(), 1000)));
      produce(IntStream.range(50, 104).mapToObj(i -> timed(events, i, event(i), 0)));
      topics.consume(predictions, 104);
      produce(IntStream.range(0, 50).mapToObj(i -> timed(labels, i, label(i), 2)));
      produce(Stream.of(timed(labels, "micros", now * 1000, 0)));
      produce(IntStream.range(50, 104).mapToObj(i -> timed(labels, i, label(i), 2)));

      assertThat(learner.costs(topics, 13)).hasSize(13);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
      assertThat(run.complaints())
          .filteredOn(
              line -> !line.contains("PredictionService")) // the first snapshot is not there
          .hasSize(2)
          .allMatch(line -> line.contains("Check both clocks"));
    }
    try (MillraceProcess run = learner.run(options)) {
      produce(Stream.of(timed(events, "again", now * 1000, 1000)));
      produce(IntStream.range(104, 112).mapToObj(i -> timed(events, i, event(i), 0)));
      produce(IntStream.range(104, 112).mapToObj(i -> timed(labels, i, label(i), 2)));

      assertThat(learner.costs(topics, 14)).hasSize(14);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
      assertThat(run.complaints())
          .filteredOn(line -> !line.contains("PredictionService"))
          .isEmpty();
    }
    assertThat(ids(learner.miniBatches(topics, 14)))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 112).boxed().toList());
    List<ConsumerRecord<byte[], byte[]>> letters = learner.deadLetters(topics, 5);
    assertThat(letters)
        .extracting(letter -> header(letter, "topic") + " " + new String(letter.key(), UTF_8))
        .containsExactlyInAnyOrder(
            events + " micros",
            events + " hours",
            events + " secs",
            labels + " micros",
            events + " again");
    assertThat(letters)
        .allSatisfy(
            letter -> {
              assertThat(header(letter, "reason")).isEqualTo("bad-time");
              long time = refused.getOrDefault(new String(letter.key(), UTF_8), now * 1000);
              assertThat(header(letter, "timestamp")).isEqualTo(Long.toString(time));
              assertThat(letter.headers()).hasSize(6);
            });
  }

  /**
   * Pair i is i tenths of a second after the start; the event of 40, the label of 60 and pair 42
   * not.
   */
  private ProducerRecord<byte[], byte[]> timed(String topic, int i, String value, int seconds) {
    boolean isAhead = i == (seconds == 0 ? 40 : 60);
    long time =
        i == 42 // without a time
            ? -1
            : now - 30_000 + 100L * i + 1000L * seconds + (isAhead ? 50 * MINUTE : 0);
    return new TimedRecord(topic, time, "k" + i, value);
  }

  private ProducerRecord<byte[], byte[]> timed(String topic, String key, long time, int id) {
    return new TimedRecord(
        topic, time, key, topic.startsWith("events") ? event(id) : "{\"label\":1}");
  }

  /** The times of examples reach no other topic: neither the mini-batches nor the state. */
  @Test
  void shouldLearnExamplesOfWhateverTime() throws Exception {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    String examples = topics.create("examples", 1, ANY_TIME);
    long[] times = {now * 1000, now + 120 * MINUTE, -1, 0, Long.MAX_VALUE};
    for (int start = 0; start < 2; start++) {
      try (MillraceProcess run = learner.run("--set", "topics.examples=" + examples)) {
        for (int round = 0; round < times.length; round++) {
          int from = (start * times.length + round) * 8;
          long time = times[round];
          produce(
              IntStream.range(from, from + 8)
                  .mapToObj(i -> new TimedRecord(examples, time, "k" + i, example(i))));
          assertThat(learner.costs(topics, from / 8 + 1)).hasSize(from / 8 + 1);
        }
        produce(Stream.of(new TimedRecord(examples, -1, "bad", "{}")));
        assertThat(header(learner.deadLetters(topics, start + 1).get(start), "reason"))
            .isEqualTo("missing-field");
        run.terminate();
        assertThat(run.awaitExit()).as(run.toString()).isZero();
        assertThat(run.complaints()).isEmpty();
      }
    }
    assertThat(ids(learner.miniBatches(topics, 10)))
        .isEqualTo(IntStream.range(0, 80).boxed().toList());
  }
}
