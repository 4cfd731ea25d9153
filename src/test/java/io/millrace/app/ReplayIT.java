package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit: a model is what its log gives, or {@code replay} says what is not. */
@WithKafka
final class ReplayIT {
  private static final int FAILURE = 1;
  private static final int USAGE = 2;
  private static final int BATCH_SIZE = 8;
  private static final int BATCHES = 60;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A snapshot of the versions 20, 40 and 60. */
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      training:
        batchSize: 8
        maxWait: never
        optimizer: adam
        learningRate: {initial: 0.01, decay: 0.001}
        scaling: standard
      publish:
        snapshotEvery: 20
        snapshotInterval: 1h
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;
  private TestLearner learner;

  ReplayIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  @BeforeEach
  void writeConfiguration() throws IOException {
    learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
  }

  @Test
  void shouldFindTheModelOfARunningLearnerEqual() {
    try (MillraceProcess run = learner.run()) {
      learn();

      assertSays(0, List.of("version 60, from 480 examples", "equals the snapshot"), replay());
      assertSays(0, List.of("version 40, from 320 examples", "equals the snapshot"), replay("40"));
      assertSays(0, List.of("version 33, from 264 examples", "no snapshot"), replay("33"));
      assertSays(0, List.of("version 0, from 0 examples", "no snapshot"), replay("0"));
      assertThat(run.isAlive()).isTrue();

      send(BATCHES * BATCH_SIZE, 2 * BATCHES * BATCH_SIZE); // and it was not disturbed
      assertThat(learner.costs(topics, 2 * BATCHES)).hasSize(2 * BATCHES);
      learner.snapshots(topics, 6);
      assertSays(0, List.of("version 120, from 960 examples", "equals the snapshot"), replay());
    }
  }

  @Test
  void shouldSayWhatCannotBeRebuilt() {
    MillraceProcess early = learner.start("replay");
    assertSays(FAILURE, List.of("has no snapshot of model " + learner.name()), early);
    try (MillraceProcess run = learner.run()) {
      learn();
      assertThat(run.isAlive()).isTrue();
    }
    assertSays(
        FAILURE, List.of("ends at version 60 of the model, before version 61"), replay("61"));
    assertSays(USAGE, List.of("--to-version: the model starts at version 0, got -1"), replay("-1"));
    assertSays(
        FAILURE,
        List.of("differs from the snapshot", "in: W1, b1, W2, b2"),
        learner.start("replay", "--set", "model.seed=2"));
    assertSays(
        FAILURE,
        List.of("differs from the snapshot", "in: W1, b1, W2, b2"),
        learner.start("replay", "--set", "training.optimizer=sgd"));
    assertSays(
        FAILURE,
        List.of("differs from the snapshot", "in: W1, b1, W2, b2, scaler"),
        learner.start("replay", "--set", "training.scaling=none"));

    topics.deleteRecords(learner.miniBatches(), 10);
    assertSays(FAILURE, List.of("begins at offset 10: earlier records were deleted"), replay());
  }

  @Test
  void shouldSayWhichFieldsOfASnapshotAreNotWhatTheLogGives() throws IOException {
    try (MillraceProcess run = learner.run()) {
      learn();
      assertThat(run.isAlive()).isTrue();
    }
    List<ConsumerRecord<byte[], byte[]>> snapshots = learner.snapshots(topics, 3);
    ConsumerRecord<byte[], byte[]> newest = snapshots.get(snapshots.size() - 1);

    ObjectNode tampered = (ObjectNode) JSON.readTree(newest.value());
    ArrayNode b1 = (ArrayNode) tampered.get("b1");
    b1.set(1, Math.nextUp(b1.get(1).doubleValue())); // the last bit of one number
    publish(newest, tampered);
    assertSays(FAILURE, List.of("differs from the snapshot", "in: b1"), replay());

    ObjectNode counted = (ObjectNode) JSON.readTree(newest.value());
    counted.put("examples", 481);
    ((ObjectNode) counted.get("scaler")).put("count", 481);
    publish(newest, counted);
    assertSays(FAILURE, List.of("in: examples, scaler"), replay("60"));

    ObjectNode foreign = (ObjectNode) JSON.readTree(newest.value());
    foreign.put("format", "millrace-snapshot/9");
    publish(newest, foreign);
    assertSays(
        FAILURE,
        List.of("not a snapshot", "Not a snapshot: format", "millrace-snapshot/9"),
        replay());

    publish(newest, (ObjectNode) JSON.readTree(newest.value())); // as it was
    assertSays(0, List.of("version 60, from 480 examples", "equals the snapshot"), replay());
  }

  private void learn() {
    send(0, BATCHES * BATCH_SIZE);
    assertThat(learner.costs(topics, BATCHES)).hasSize(BATCHES);
    learner.snapshots(topics, 3);
  }

  private void send(int from, int to) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      SplittableRandom random = new SplittableRandom(i);
      double x = random.nextDouble(-1, 3);
      double y = random.nextDouble(-9, 9);
      String example = "{\"features\":[%s,%s],\"label\":%d}".formatted(x, y, x > y ? 1 : 0);
      records.add(new ProducerRecord<>(learner.examples(), example.getBytes(UTF_8)));
    }
    topics.produce(records);
  }

  private void publish(ConsumerRecord<byte[], byte[]> like, ObjectNode snapshot)
      throws IOException {
    topics.produce(learner.snapshots(), like.key(), JSON.writeValueAsBytes(snapshot));
  }

  private MillraceProcess replay() {
    return learner.start("replay");
  }

  private MillraceProcess replay(String version) {
    return learner.start("replay", "--to-version=" + version);
  }

  private static void assertSays(int code, List<String> texts, MillraceProcess process) {
    try (process) {
      assertThat(process.awaitExit()).as(process.toString()).isEqualTo(code);
      String said = String.join("\n", code == 0 ? process.out() : process.err());
      assertThat(said).as(process.toString()).contains(texts).doesNotContain("Unexpected");
      if (code != 0) {
        assertThat(process.err()).as(process.toString()).hasSize(1);
        assertThat(said).doesNotContain("equals the snapshot");
      }
    }
  }
}
