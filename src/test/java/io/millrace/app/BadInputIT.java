package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.example.MiniBatch;
import io.millrace.learn.Learner;
import io.millrace.learn.Model;
import io.millrace.learn.Snapshot;
import io.millrace.learn.Training;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.KernelKind;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.RecordFuzzer;
import io.millrace.testing.RecordFuzzer.Fuzzed;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bad records in great number among good ones, in a learner with little memory: every bad one is
 * among the dead letters, once, as it came and with the right reason; the good ones are learned as
 * if they had been alone. A seed makes the stream; set {@code -Dmillrace.test.seed=N} to repeat
 * one.
 */
@WithKafka
@NullUnmarked // what a test sets before it asks
final class BadInputIT {
  private static final long SEED = Long.getLong("millrace.test.seed", 4);
  private static final int BATCH_SIZE = 32;
  private static final int SNAPSHOT_EVERY = 50;
  private static final String HEAP = "160m";
  private static final Duration PATIENCE = MillraceProcess.PATIENCE;

  private static final String YAML =
      """
      model:
        inputs: 3
        hidden: 5
        seed: 11
      training:
        batchSize: 32
        maxWait: never
        optimizer: adam
        scaling: standard
        learningRate: 0.01
      publish:
        snapshotEvery: 50
        snapshotInterval: 1h
        keep: 0
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;
  private TestLearner learner;
  private RecordFuzzer fuzzer;

  BadInputIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  @Test
  void shouldLearnTheGoodAndKeepTheBad() throws Exception {
    learnAmongBad(20_000, 2_500);
  }

  @Test
  @Tag("long")
  void shouldLearnTheGoodAndKeepTheBadOfAMillion() throws Exception {
    learnAmongBad(1_000_000, 10_000);
  }

  private void learnAmongBad(int records, int hugeEvery) throws Exception {
    learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    fuzzer = new RecordFuzzer(SEED, learner.examples(), hugeEvery);
    try (MillraceProcess run =
        MillraceProcess.startWithHeap(HEAP, "run", "--config", learner.config().toString())) {
      run.awaitLine("learns from topic");
      // Kafka deletes by the records' own times, and these are old: it would do so before they are
      // read.
      topics.alterConfig(learner.examples(), Map.of("retention.ms", "-1"));
      learnAmongBad(run, records);
    }
  }

  private void learnAmongBad(MillraceProcess run, int records) throws Exception {
    try {
      long good = produce(0, records / 4);
      topics.forEach(learner.miniBatches(), good / BATCH_SIZE, PATIENCE, record -> {});
      long early = run.usedHeap();

      good += produce(records / 4, records);
      Model expected = assertLearned(records, good);
      assertDeadLetters(records, good);
      topics.forEach(learner.costs(), good / BATCH_SIZE, PATIENCE, record -> {});
      assertSnapshot(expected);

      assertThat(run.usedHeap()).as("used heap").isLessThan(early + 25_000_000);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
      assertThat(run.complaints()).isEmpty();
    } catch (AssertionError e) {
      throw new AssertionError("Seed %d: %s: %s".formatted(SEED, e.getMessage(), run), e);
    }
  }

  /** Returns how many of them are good. */
  private long produce(int from, int to) {
    long good = 0;
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer =
        topics.producer(Map.of("linger.ms", 20, "max.request.size", 1_048_588))) {
      for (int i = from; i < to; i++) {
        Fuzzed fuzzed = fuzzer.record(i);
        good += fuzzed.reason() == null ? 1 : 0;
        var unused =
            producer.send(fuzzed.record(), (metadata, e) -> failure.compareAndSet(null, e));
      }
    }
    assertThat(failure.get()).isNull();
    return good;
  }

  /**
   * The training log has the good examples, each once, in their order, with their numbers to the
   * bit.
   *
   * @return the model that learned them in this process, as of its last snapshot
   */
  private Model assertLearned(int records, long good) {
    Architecture shape =
        new Architecture(RecordFuzzer.INPUTS, 5, 1, Activation.TANH, Output.SIGMOID);
    Model model =
        Model.start(
            shape, Parameters.random(shape, 11, OptionalDouble.empty()), OptimizerKind.ADAM, true);
    Learner direct = new Learner(model, new Training(updates -> 0.01, 0, OptionalDouble.empty()));
    AtomicLong next = new AtomicLong();
    AtomicReference<Model> published = new AtomicReference<>(model);
    topics.forEach(
        learner.miniBatches(),
        good / BATCH_SIZE,
        PATIENCE,
        record -> {
          MiniBatch batch = new MiniBatch(RecordFuzzer.INPUTS, 1, BATCH_SIZE);
          while (batch.size() < BATCH_SIZE) {
            long i = next.getAndIncrement();
            assertThat(i).isLessThan(records);
            Fuzzed fuzzed = fuzzer.record(i);
            if (fuzzed.reason() == null) {
              double[] numbers = fuzzed.numbers();
              System.arraycopy(numbers, 0, batch.xt().data, batch.size() * 3, 3);
              batch.yt().data[batch.size()] = numbers[3];
              batch.append(0, i);
            }
          }
          assertThat(record.value())
              .as("seed %d, mini-batch %d", SEED, record.offset())
              .isEqualTo(MiniBatchCodec.encode(batch));
          direct.learn(batch, record.offset());
          if (model.version() % SNAPSHOT_EVERY == 0) {
            published.set(model.copy());
          }
        });
    return published.get();
  }

  private void assertDeadLetters(int records, long good) {
    AtomicLong next = new AtomicLong();
    Set<String> kinds = new TreeSet<>(List.of("good"));
    topics.forEach(
        learner.deadLetters(),
        records - good,
        PATIENCE,
        letter -> {
          long i = next.getAndIncrement();
          Fuzzed fuzzed = fuzzer.record(i);
          while (fuzzed.reason() == null) {
            i = next.getAndIncrement();
            fuzzed = fuzzer.record(i);
          }
          kinds.add(fuzzed.kind());
          assertDeadLetter(letter, i, fuzzed);
        });
    assertThat(kinds).containsAll(RecordFuzzer.kinds());
  }

  private void assertDeadLetter(ConsumerRecord<byte[], byte[]> letter, long i, Fuzzed fuzzed) {
    ProducerRecord<byte[], byte[]> record = fuzzed.record();
    List<Header> expected = new ArrayList<>(Arrays.asList(record.headers().toArray()));
    List<Header> headers = Arrays.asList(letter.headers().toArray());
    boolean same =
        Arrays.equals(letter.key(), record.key())
            && Arrays.equals(letter.value(), record.value())
            && headers.size() == expected.size() + 6
            && headers.subList(0, expected.size()).equals(expected)
            && text(letter.headers(), "millrace.offset").equals(Long.toString(i))
            && text(letter.headers(), "millrace.reason").equals(fuzzed.reason())
            && text(letter.headers(), "millrace.topic").equals(learner.examples())
            && text(letter.headers(), "millrace.partition").equals("0")
            && text(letter.headers(), "millrace.timestamp")
                .equals(String.valueOf(record.timestamp()))
            && text(letter.headers(), "millrace.detail").length() < 1_000;
    if (!same) {
      throw new AssertionError(
          "Seed %d, record %d (%s, expected %s): value %s; the dead letter has %s, value %s"
              .formatted(
                  SEED,
                  i,
                  fuzzed.kind(),
                  fuzzed.reason(),
                  shown(record.value()),
                  headers.stream()
                      .map(header -> header.key() + "=" + shown(header.value()))
                      .toList(),
                  shown(letter.value())));
    }
  }

  private static String text(Headers headers, String name) {
    return new String(headers.lastHeader(name).value(), UTF_8);
  }

  private static String shown(byte[] bytes) {
    if (bytes == null) {
      return "null";
    }
    return bytes.length + " bytes: " + new String(bytes, 0, Math.min(bytes.length, 200), UTF_8);
  }

  private void assertSnapshot(Model expected) {
    AtomicReference<byte[]> newest = new AtomicReference<>();
    topics.forEach(
        learner.snapshots(),
        expected.version() / SNAPSHOT_EVERY,
        PATIENCE,
        record -> newest.set(record.value()));
    Instant time = SnapshotCodec.decode(newest.get()).timestamp();
    assertThat(new String(newest.get(), UTF_8))
        .isEqualTo(
            new String(
                SnapshotCodec.encode(
                    Snapshot.of(
                        learner.name(),
                        expected,
                        Optional.empty(),
                        learner.miniBatches(),
                        KernelKind.EJML,
                        time)),
                UTF_8));
  }

  /** What the topic of the dead letters does not take goes without its value, and says so. */
  @Test
  void shouldGoOnWhenADeadLetterIsTooLarge() throws Exception {
    String small = topics.create("small-dead-letters", 1, Map.of("max.message.bytes", "1500"));
    learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    try (MillraceProcess run = learner.run("--set", "topics.deadLetters=" + small)) {
      byte[] trace = {1, (byte) 0xfe};
      byte[] key = "a key".getBytes(UTF_8);
      topics.produce(learner.examples(), 0, key, new byte[200_000], Map.of("trace", trace));
      topics.produce(learner.examples(), 0, new byte[5_000], new byte[9], Map.of("trace", trace));
      topics.produce(learner.examples(), 0, key, new byte[3], Map.of("trace", new byte[5_000]));
      topics.produce(learner.examples(), 0, key, new byte[3], Map.of("trace", trace));
      for (int i = 0; i < BATCH_SIZE; i++) {
        byte[] good = "{\"features\":[1,2,3],\"label\":1}".getBytes(UTF_8);
        topics.produce(learner.examples(), 0, key, good, Map.of());
      }

      assertThat(learner.costs(topics, 1)).hasSize(1);
      List<ConsumerRecord<byte[], byte[]>> letters = topics.consume(small, 4);
      assertThat(letters)
          .extracting(letter -> text(letter.headers(), "millrace.offset"))
          .containsExactly("0", "1", "2", "3");
      assertThat(letters)
          .extracting(letter -> text(letter.headers(), "millrace.reason"))
          .containsOnly("not-json");
      for (ConsumerRecord<byte[], byte[]> letter : letters.subList(0, 3)) {
        assertThat(letter.value()).isEmpty();
        assertThat(text(letter.headers(), "millrace.detail")).contains("(value omitted: with ");
      }
      assertThat(letters.get(0).key()).isEqualTo(key);
      assertThat(letters.get(0).headers().lastHeader("trace").value()).isEqualTo(trace);
      assertThat(letters.get(3).key()).isEqualTo(key);
      assertThat(letters.get(3).value()).isEqualTo(new byte[3]);
      assertThat(text(letters.get(3).headers(), "millrace.detail")).doesNotContain("omitted");
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
      assertThat(run.complaints()).isEmpty();
    }
  }
}
