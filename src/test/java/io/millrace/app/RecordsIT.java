package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The records of the contract, as a program sees them that knows nothing but Kafka and JSON. */
@WithKafka
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RecordsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TIMESTAMP = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

  /** Values that nothing can be learned from, each with the reason and a part of the detail. */
  private static final List<Bad> BAD =
      List.of(
          new Bad("{\"features\":[1,2]", "not-json", "JSON"),
          new Bad("", "not-json", "empty"),
          new Bad("[1,2]", "not-json", "an array"),
          new Bad("{\"features\":[1,2]}", "missing-field", "label"),
          new Bad("{\"features\":[1,\"x\"],\"label\":1}", "wrong-type", "features[1]"),
          new Bad("{\"features\":[1,2,3],\"label\":1}", "wrong-size", "got 3"),
          new Bad("{\"features\":[1,1e400],\"label\":1}", "not-finite", "features[1]"),
          new Bad("{\"features\":[1,2],\"label\":7}", "bad-label", "7"));

  private record Bad(String value, String reason, String detail) {}

  private TestLearner learner;
  private MillraceProcess run;

  @BeforeAll
  void start(@TempDir Path folder, KafkaUnderTest kafka) throws IOException {
    learner =
        TestLearner.of(
            folder,
            kafka.bootstrapServers(),
            """
            model:
              inputs: 2
              hidden: 3
            training:
              batchSize: 2
              maxWait: never
            publish:
              snapshotEvery: 1
            """);
    run = learner.run();
  }

  @AfterAll
  void stop() {
    run.terminate();
    assertThat(run.awaitExit()).as(run.toString()).isZero();
    assertThat(run.complaints()).isEmpty();
  }

  @Test
  void shouldLearnWhatWasWrittenByHandAndGoOnAfterWhatCannotBeLearned(TestTopics topics)
      throws IOException {
    produce(topics, "{\"features\":[0.5,-2],\"label\":1}");
    List<Long> offsets = new ArrayList<>();
    for (Bad bad : BAD) {
      offsets.add(
          topics
              .produce(
                  learner.examples(),
                  0,
                  bytes("a key"),
                  bytes(bad.value()),
                  Map.of("trace", new byte[] {(byte) 0xff, 0}))
              .offset());
    }
    offsets.add(topics.produce(learner.examples(), 0, bytes("tombstone"), null, Map.of()).offset());
    produce(topics, " { \"label\" : 0, \"more\" : [ {} ], \"features\" : [ 3e4, 1 ] } ");

    assertCost(topics.consume(learner.costs(), 1).get(0));
    assertSnapshot(learner.snapshots(topics, 1).get(0));
    assertDeadLetters(learner.deadLetters(topics, BAD.size() + 1), offsets);
  }

  private void produce(TestTopics topics, String example) {
    topics.produce(learner.examples(), 0, bytes("any key"), bytes(example), Map.of());
  }

  private void assertCost(ConsumerRecord<byte[], byte[]> record) throws IOException {
    assertThat(text(record.key())).isEqualTo(learner.name());
    JsonNode cost = JSON.readTree(record.value());
    assertThat(cost.fieldNames())
        .toIterable()
        .containsExactly(
            "model",
            "batch",
            "examples",
            "totalExamples",
            "cost",
            "accuracy",
            "gradientNorm",
            "learningRate",
            "modelVersion",
            "window",
            "sinceStart",
            "drift",
            "drifts",
            "source",
            "timestamp");
    assertThat(cost.get("model").textValue()).isEqualTo(learner.name());
    assertThat(cost.get("batch").longValue()).isEqualTo(1);
    assertThat(cost.get("examples").longValue()).isEqualTo(2);
    assertThat(cost.get("totalExamples").longValue()).isEqualTo(2);
    assertThat(cost.get("cost").isDouble()).isTrue();
    assertThat(cost.get("accuracy").doubleValue()).isIn(0.0, 0.5, 1.0);
    assertThat(cost.get("gradientNorm").doubleValue()).isPositive();
    assertThat(cost.get("learningRate").doubleValue()).isEqualTo(0.1);
    assertThat(cost.get("modelVersion").longValue()).isZero();
    assertThat(cost.get("window").get("examples").longValue()).isEqualTo(2);
    assertThat(cost.get("window").get("cost").doubleValue())
        .isCloseTo(cost.get("cost").doubleValue(), within(1e-6)); // kept as float32
    assertThat(cost.get("sinceStart").get("cost").doubleValue())
        .isCloseTo(cost.get("cost").doubleValue(), within(1e-12));
    assertThat(cost.get("drift").booleanValue()).isFalse();
    assertThat(cost.get("drifts").longValue()).isZero();
    assertThat(cost.get("timestamp").textValue()).matches(TIMESTAMP);
    assertPosition(cost.get("source"));
  }

  private void assertSnapshot(ConsumerRecord<byte[], byte[]> record) throws IOException {
    assertThat(text(record.key())).isEqualTo(learner.name());
    JsonNode snapshot = JSON.readTree(record.value());
    assertThat(snapshot.fieldNames())
        .toIterable()
        .containsExactly(
            "format",
            "model",
            "version",
            "examples",
            "inputs",
            "hidden",
            "outputs",
            "activation",
            "output",
            "W1",
            "b1",
            "W2",
            "b2",
            "learnedThrough",
            "kernel",
            "application",
            "timestamp");
    assertThat(snapshot.get("format").textValue()).isEqualTo("millrace-snapshot/1");
    assertThat(snapshot.get("model").textValue()).isEqualTo(learner.name());
    assertThat(snapshot.get("version").longValue()).isEqualTo(1);
    assertThat(snapshot.get("examples").longValue()).isEqualTo(2);
    assertThat(snapshot.get("activation").textValue()).isEqualTo("tanh");
    assertThat(snapshot.get("output").textValue()).isEqualTo("sigmoid");
    assertThat(snapshot.get("kernel").textValue()).isEqualTo("ejml"); // no flag, no vector module
    assertThat(JSON.convertValue(snapshot.get("W1"), double[][].class)).hasDimensions(3, 2);
    assertThat(JSON.convertValue(snapshot.get("b1"), double[].class)).hasSize(3);
    assertThat(JSON.convertValue(snapshot.get("W2"), double[][].class)).hasDimensions(1, 3);
    assertThat(JSON.convertValue(snapshot.get("b2"), double[].class)).hasSize(1);
    assertThat(snapshot.get("timestamp").textValue()).matches(TIMESTAMP);
    assertPosition(snapshot.get("learnedThrough"));
  }

  private void assertPosition(JsonNode position) {
    assertThat(position.fieldNames()).toIterable().containsExactly("topic", "partition", "offset");
    assertThat(position.get("topic").textValue()).isEqualTo(learner.miniBatches());
    assertThat(position.get("partition").intValue()).isZero();
    assertThat(position.get("offset").longValue()).isZero();
  }

  private void assertDeadLetters(
      List<ConsumerRecord<byte[], byte[]>> deadLetters, List<Long> offsets) {
    assertThat(deadLetters).hasSize(BAD.size() + 1);
    for (int i = 0; i < BAD.size(); i++) {
      ConsumerRecord<byte[], byte[]> letter = deadLetters.get(i);
      assertThat(text(letter.key())).isEqualTo("a key");
      assertThat(text(letter.value())).isEqualTo(BAD.get(i).value());
      assertThat(letter.headers().lastHeader("trace").value()).containsExactly(0xff, 0);
      assertHeaders(letter, BAD.get(i).reason(), BAD.get(i).detail(), offsets.get(i), 7);
    }
    ConsumerRecord<byte[], byte[]> tombstone = deadLetters.get(BAD.size());
    assertThat(text(tombstone.key())).isEqualTo("tombstone");
    assertThat(tombstone.value()).isNull();
    assertHeaders(tombstone, "not-json", "empty", offsets.get(BAD.size()), 6);
  }

  private void assertHeaders(
      ConsumerRecord<byte[], byte[]> letter, String reason, String detail, long offset, int count) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : letter.headers()) {
      headers.put(header.key(), text(header.value()));
    }
    assertThat(headers)
        .hasSize(count)
        .containsEntry("millrace.reason", reason)
        .containsEntry("millrace.topic", learner.examples())
        .containsEntry("millrace.partition", "0")
        .containsEntry("millrace.offset", Long.toString(offset))
        .hasEntrySatisfying("millrace.timestamp", time -> assertThat(time).matches("\\d{13}"))
        .hasEntrySatisfying(
            "millrace.detail",
            sentence -> assertThat(sentence).contains(detail).doesNotContain("[Source:"));
  }

  @Test
  void shouldHaveTopicsThatFit(TestTopics topics) {
    assertThat(topics.endOffsets(learner.miniBatches())).hasSize(1);
    assertThat(topics.config(learner.miniBatches()))
        .containsEntry("cleanup.policy", "delete")
        .containsEntry("retention.ms", "-1")
        .containsEntry("retention.bytes", "-1");
    assertThat(topics.endOffsets(learner.snapshots())).hasSize(1);
    assertThat(topics.config(learner.snapshots())).containsEntry("cleanup.policy", "compact");
    assertThat(topics.endOffsets(learner.examples())).hasSize(1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static @Nullable String text(byte @Nullable [] bytes) {
    return bytes == null ? null : new String(bytes, UTF_8);
  }
}
