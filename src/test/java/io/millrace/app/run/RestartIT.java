package io.millrace.app.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.example.MiniBatch;
import io.millrace.learn.BatchCost;
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
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three lives of a learner on one data folder: the first ends with SIGTERM, the second with SIGKILL
 * in the middle of its work, each with a part of a mini-batch in its hands. What they learned
 * together is what one uninterrupted life learns, bit for bit.
 *
 * <pre>
 *   examples      0 ... 1002 | 1003 ........ 21999
 *   life          first      | second   x   third
 *   mini-batches  1 .... 125 . ............. 2750
 * </pre>
 */
@Tag("embedded")
@WithKafka
final class RestartIT {
  private static final int BATCH_SIZE = 8;
  private static final int EXAMPLES = 22_000;
  private static final int FIRST_LIFE = 1_003;
  private static final int BATCHES = EXAMPLES / BATCH_SIZE;
  private static final int BEFORE_THE_CRASH = 400;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String YAML =
      """
      model:
        inputs: 3
        hidden: 5
      training:
        batchSize: 8
        maxWait: never
        learningRate: {initial: 0.2, decay: 0.001}
      publish:
        snapshotEvery: 50
        snapshotInterval: 1h
      """;

  @TempDir private Path folder;

  @Test
  void shouldGoOnWhereItStopped(KafkaUnderTest kafka, TestTopics shared) throws IOException {
    JsonNode uninterrupted = modelOfOneLife(kafka, shared);
    String address = TestLearner.freeAddress();
    TestLearner learner = TestLearner.of(folder, address, YAML);
    String broker = "--embedded-broker=" + folder.resolve("data");

    try (MillraceProcess first = learner.run(broker);
        TestTopics topics = new TestTopics(address)) {
      topics.produce(examples(learner, 0, FIRST_LIFE));
      assertThat(learner.costs(topics, FIRST_LIFE / BATCH_SIZE)).hasSize(FIRST_LIFE / BATCH_SIZE);
      first.terminate();
      assertThat(first.awaitExit()).as(first.toString()).isZero();
      assertThat(first.complaints()).isEmpty();
    }

    try (MillraceProcess second = learner.run(broker);
        TestTopics topics = new TestTopics(address)) {
      topics.produce(examples(learner, FIRST_LIFE, EXAMPLES));
      learner.costs(topics, BEFORE_THE_CRASH);
      second.kill();
      assertThat(second.awaitExit()).isEqualTo(128 + 9);
    }

    try (MillraceProcess third = learner.run(broker);
        TestTopics topics = new TestTopics(address)) {
      assertOneLife(learner.costs(topics, BATCHES), learner.miniBatches(topics, BATCHES));
      assertThat(model(learner, topics)).isEqualTo(uninterrupted);
      third.terminate();
      assertThat(third.awaitExit()).as(third.toString()).isZero();
    }
  }

  private JsonNode modelOfOneLife(KafkaUnderTest kafka, TestTopics topics) throws IOException {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    try (MillraceProcess run = learner.run()) {
      topics.produce(examples(learner, 0, EXAMPLES));
      learner.costs(topics, BATCHES);
      return model(learner, topics);
    }
  }

  /** The exported model, without what must differ between two learners. */
  private JsonNode model(TestLearner learner, TestTopics topics) throws IOException {
    learner.snapshots(topics, BATCHES / 50);
    Path file = folder.resolve(learner.name() + ".json");
    MillraceProcess.run(
        "model", "export", "-o", file.toString(), "--config", learner.config().toString());
    ObjectNode model = (ObjectNode) JSON.readTree(file.toFile());
    assertThat(model.get("version").asInt()).isEqualTo(BATCHES);
    model.remove(List.of("model", "application", "learnedThrough", "timestamp"));
    return model;
  }

  private static void assertOneLife(List<BatchCost> costs, List<MiniBatch> miniBatches) {
    assertThat(costs)
        .extracting(cost -> cost.metrics().batch())
        .containsExactlyElementsOf(numbers(1, BATCHES + 1));
    assertThat(costs)
        .extracting(cost -> cost.metrics().modelVersion())
        .containsExactlyElementsOf(numbers(0, BATCHES));
    List<Long> offsets = new ArrayList<>();
    for (MiniBatch batch : miniBatches) {
      assertThat(batch.size()).isEqualTo(BATCH_SIZE);
      for (int i = 0; i < batch.size(); i++) {
        offsets.add(batch.offset(i));
      }
    }
    assertThat(offsets).containsExactlyElementsOf(numbers(0, EXAMPLES));
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  /** The examples from one position of the stream to another: the same for the same positions. */
  private static List<ProducerRecord<byte[], byte[]>> examples(
      TestLearner learner, int from, int to) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      SplittableRandom random = new SplittableRandom(i);
      double x = random.nextDouble(-1, 1);
      double y = random.nextDouble(-1, 1);
      double z = random.nextDouble(-1, 1);
      String example =
          "{\"features\":[%s,%s,%s],\"label\":%d}".formatted(x, y, z, x * y > z ? 1 : 0);
      records.add(new ProducerRecord<>(learner.examples(), example.getBytes(UTF_8)));
    }
    return records;
  }
}
