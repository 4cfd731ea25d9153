package io.millrace.app.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.learn.BatchCost;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What somebody does to the learner's topics and offsets by mistake: it goes on as if nothing had
 * been, or it stops with one line and exit code 1.
 */
@WithKafka
@NullUnmarked // what is absent fails the test
final class LossIT {
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      training:
        batchSize: 4
        maxWait: never
      publish:
        snapshotEvery: 5
        snapshotInterval: 1h
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;

  LossIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  private TestLearner learner() throws Exception {
    return TestLearner.of(folder, kafka.bootstrapServers(), YAML);
  }

  private void learn(TestLearner learner, int from, int to) {
    topics.produce(BrokerAwayIT.examples(learner, from, to));
    learner.costs(topics, to / 4);
  }

  private static void assertStopped(MillraceProcess run, String... words) {
    assertThat(run.awaitExit()).as(run.toString()).isEqualTo(1);
    assertThat(run.complaints()).as(run.toString()).hasSize(1);
    assertThat(run.complaints().get(0)).contains(words).doesNotContain("\tat ");
  }

  /** Two learners side by side at a time, each loses another topic while it works. */
  @Test
  void shouldStopWhenATopicIsDeleted() throws Exception {
    record Loss(String topic, TestLearner learner, MillraceProcess run) {}
    List<Loss> losses = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        TestLearner learner = learner();
        String topic =
            List.of(
                    learner.examples(),
                    learner.miniBatches(),
                    learner.costs(),
                    learner.snapshots(),
                    learner.deadLetters())
                .get(i);
        MillraceProcess run = learner.run();
        losses.add(new Loss(topic, learner, run));
        learn(learner, 0, 40);
        topics.delete(topic);
      }
      for (Loss loss : losses) {
        assertStopped(loss.run, "The learner stopped: ");
        assertThat(loss.run.complaints().get(0))
            .containsAnyOf("topic " + loss.topic + " was deleted", "was deleted", "fell from");
      }
    } finally {
      losses.forEach(loss -> loss.run.close());
    }

    // The log that the model was learned from is gone: no other one takes its place.
    TestLearner lost = losses.get(1).learner;
    try (MillraceProcess run = MillraceProcess.start("run", "--config", lost.config().toString())) {
      assertStopped(
          run, lost.miniBatches(), "is not the topic from which model", "deleted and created");
    }

    // New examples are learned as such, after those of the lost topic.
    TestLearner again = losses.get(0).learner;
    try (MillraceProcess run = again.run()) {
      topics.produce(BrokerAwayIT.examples(again, 100, 120));
      assertThat(again.costs(topics, 15))
          .extracting(cost -> cost.metrics().batch())
          .containsExactlyElementsOf(LongStream.rangeClosed(1, 15).boxed().toList());
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
  }

  @Test
  void shouldStopWhenTheStateCannotBeWritten() throws Exception {
    TestLearner learner = learner();
    String changelog = learner.name() + "-model-changelog";
    try (MillraceProcess run = learner.run()) {
      learn(learner, 0, 40);
      topics.alterConfig(changelog, Map.of("max.message.bytes", "100"));

      topics.produce(BrokerAwayIT.examples(learner, 40, 80));

      assertStopped(run, "a record for topic " + changelog + " is larger", "max.message.bytes");
    }
    topics.alterConfig(changelog, Map.of("max.message.bytes", "1048588"));
    try (MillraceProcess run = learner.run()) {
      assertThat(learner.costs(topics, 20))
          .extracting(cost -> cost.metrics().batch())
          .containsExactlyElementsOf(LongStream.rangeClosed(1, 20).boxed().toList());
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
  }

  /** The offsets are in the state, too; Kafka's own expire, and are deleted by hand. */
  @Test
  void shouldCountNothingTwiceWithoutTheGroupsOffsets() throws Exception {
    TestLearner learner = learner();
    TestLearner undisturbed = learner();
    try (MillraceProcess run = undisturbed.run()) {
      learn(undisturbed, 0, 80);
    }
    try (MillraceProcess run = learner.run()) {
      learn(learner, 0, 38);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
    topics.deleteGroup(learner.name());

    try (MillraceProcess run = learner.run()) {
      learn(learner, 38, 80);
      assertThat(learner.costs(topics, 20))
          .extracting(BatchCost::metrics)
          .isEqualTo(undisturbed.costs(topics, 20).stream().map(BatchCost::metrics).toList());
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
      assertThat(run.complaints()).isEmpty();
    }
    assertThat(learner.costs(topics, 20)).hasSize(20);
  }

  @Test
  void shouldStopAtAStateThatIsDamaged() throws Exception {
    TestLearner learner = learner();
    String changelog = learner.name() + "-model-changelog";
    try (MillraceProcess run = learner.run()) {
      learn(learner, 0, 40);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
    Map<String, byte[]> state = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : topics.all(changelog)) {
      state.put(new String(record.key(), UTF_8), record.value());
    }
    byte[] head = state.get(learner.name());
    String piece = "%s/%d/0".formatted(learner.name(), ByteBuffer.wrap(head).getInt());
    byte[] damaged = state.get(piece).clone();
    damaged[damaged.length / 2] ^= 1;
    topics.produce(List.of(new ProducerRecord<>(changelog, 0, piece.getBytes(UTF_8), damaged)));

    try (MillraceProcess run =
        MillraceProcess.start("run", "--config", learner.config().toString())) {
      assertStopped(run, "The state " + learner.name() + " in store model", "checksum");
    }
  }
}
