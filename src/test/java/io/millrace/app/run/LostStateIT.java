package io.millrace.app.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that has learned and whose state is missing refuses to begin anew by itself. */
@WithKafka
final class LostStateIT {
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

  LostStateIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  private TestLearner learner() throws Exception {
    return TestLearner.of(folder, kafka.bootstrapServers(), YAML);
  }

  /** Learns these examples in a run of its own, and waits until all of them are committed. */
  private void learn(TestLearner learner, int from, int to) {
    try (MillraceProcess run = learner.run()) {
      topics.produce(BrokerAwayIT.examples(learner, from, to));
      learner.costs(topics, to / 4);
      topics.awaitCommitted(learner.name(), learner.examples(), to);
      stop(run);
    }
  }

  private static void stop(MillraceProcess run) {
    run.terminate();
    assertThat(run.awaitExit()).as(run.toString()).isZero();
  }

  private static void assertRefused(MillraceProcess refused, String... words) {
    try (MillraceProcess run = refused) {
      assertThat(run.awaitExit()).as(run.toString()).isEqualTo(1);
      assertThat(run.complaints()).as(run.toString()).hasSize(1);
      assertThat(run.complaints().get(0)).contains(words).doesNotContain("\tat ");
    }
  }

  @Test
  void shouldNotTakeALostModelForANewOne() throws Exception {
    TestLearner learner = learner();
    learn(learner, 0, 40);
    assertThat(new String(learner.snapshots(topics, 2).get(1).value(), UTF_8))
        .contains("\"application\":\"" + learner.name() + "\"");
    String changelog = learner.name() + "-model-changelog";
    topics.delete(changelog);

    // Kafka Streams creates the topic anew at the first start: the second one is not misled.
    assertRefused(learner.start("run"), changelog + " is missing", "has read topic", "run reset");
    assertRefused(learner.start("run"), changelog + " is missing", "has read topic", "run reset");
    topics.deleteGroup(learner.name());
    assertRefused(learner.start("run"), changelog + " is missing", "was published by");
    assertThat(learner.costs(topics, 10)).hasSize(10);

    try (MillraceProcess reset = learner.start("reset", "--yes")) {
      assertThat(reset.awaitExit()).as(reset.toString()).isZero();
    }
    try (MillraceProcess run = learner.run()) {
      assertThat(learner.costs(topics, 20).subList(10, 20))
          .extracting(cost -> cost.metrics().batch())
          .containsExactlyElementsOf(LongStream.rangeClosed(1, 10).boxed().toList());
      stop(run);
    }
  }

  @Test
  void shouldBeginAnewUnderAnotherName() throws Exception {
    TestLearner learner = learner();
    learn(learner, 0, 40);
    topics.delete(learner.name() + "-model-changelog");

    try (MillraceProcess run = learner.run("--set", "model.name=another")) {
      topics.produce(BrokerAwayIT.examples(learner, 40, 80));
      assertThat(learner.costs(topics, 20).subList(10, 20))
          .extracting(cost -> cost.metrics().batch())
          .containsExactlyElementsOf(LongStream.rangeClosed(1, 10).boxed().toList());
      stop(run);
    }
    assertRefused(learner.start("run"), "-model-changelog is missing", "run reset");
  }

  /** The positions of the group are those of whichever model has read last. */
  @Test
  void shouldGoOnAfterAnotherModel() throws Exception {
    TestLearner learner = learner();
    learn(learner, 0, 40);
    try (MillraceProcess run = learner.run("--set", "model.name=another")) {
      topics.produce(BrokerAwayIT.examples(learner, 40, 80));
      learner.costs(topics, 20);
      stop(run);
    }
    try (MillraceProcess run = learner.run()) {
      topics.produce(BrokerAwayIT.examples(learner, 80, 84));
      assertThat(learner.costs(topics, 21).get(20).metrics().batch()).isEqualTo(11);
      stop(run);
      assertThat(run.complaints()).as(run.toString()).isEmpty();
    }
  }

  @Test
  void shouldNotLoseAPartialMiniBatchInSilence() throws Exception {
    TestLearner learned = learner();
    learn(learned, 0, 42);
    TestLearner unlearned = learner();
    learn(unlearned, 0, 2);
    for (TestLearner learner : List.of(learned, unlearned)) {
      String changelog = learner.name() + "-partial-batch-changelog";
      topics.delete(changelog);
      assertRefused(
          learner.start("run"), changelog + " is missing", "has read topic " + learner.examples());
    }

    // With the group's positions the examples would be read again, and learned a second time.
    topics.deleteGroup(learned.name());
    assertRefused(learned.start("run"), "-partial-batch-changelog is missing", "was published by");
    assertThat(learned.costs(topics, 10)).hasSize(10);
  }

  @Test
  void shouldNotGoOnFromAnOlderState() throws Exception {
    TestLearner learner = learner();
    String changelog = learner.name() + "-model-changelog";
    learn(learner, 0, 40);
    List<ProducerRecord<byte[], byte[]>> older =
        topics.all(changelog).stream()
            .map(each -> new ProducerRecord<>(changelog, 0, each.key(), each.value()))
            .toList();
    learn(learner, 40, 80);
    topics.produce(older);

    assertRefused(learner.start("run"), changelog + " is older than the position", "run reset");
  }

  /** A position that a person sets says where to begin. */
  @Test
  void shouldBeginWhereAPersonHasSetThePosition() throws Exception {
    TestLearner learner = learner();
    try (MillraceProcess run = learner.run()) {
      run.kill(); // before anything is committed
      run.awaitExit();
    }
    topics.produce(BrokerAwayIT.examples(learner, 0, 40));
    topics.setOffset(learner.name(), learner.examples(), 32);

    try (MillraceProcess run = learner.run()) {
      assertThat(learner.costs(topics, 2))
          .extracting(cost -> cost.metrics().totalExamples())
          .containsExactly(4L, 8L);
      stop(run);
      assertThat(run.complaints()).as(run.toString()).isEmpty();
    }
  }

  @Test
  void shouldRefuseSettingsThatLoseTheState() throws Exception {
    TestLearner learner = learner();
    learn(learner, 0, 4);
    String changelog = learner.name() + "-model-changelog";
    topics.alterConfig(changelog, Map.of("cleanup.policy", "compact,delete"));
    assertRefused(learner.start("run"), changelog, "cleanup.policy=", "would delete the state");
    topics.alterConfig(changelog, Map.of("cleanup.policy", "compact"));

    topics.alterConfig(learner.deadLetters(), Map.of("cleanup.policy", "compact"));
    assertRefused(learner.start("run"), learner.deadLetters(), "records without a key");
    topics.alterConfig(learner.deadLetters(), Map.of("cleanup.policy", "delete"));

    topics.alterConfig(learner.miniBatches(), Map.of("retention.ms", "86400000"));
    topics.alterConfig(learner.costs(), Map.of("cleanup.policy", "compact"));
    topics.alterConfig(learner.snapshots(), Map.of("cleanup.policy", "delete"));
    topics.alterConfig(learner.examples(), Map.of("retention.ms", "600000"));
    topics.alterConfig(changelog, Map.of("max.message.bytes", "100000"));
    try (MillraceProcess run = learner.run()) {
      stop(run);
      assertThat(run.complaints()).as(run.toString()).hasSize(5);
      assertThat(String.join("\n", run.complaints()))
          .contains(
              learner.miniBatches() + " (topics.miniBatches) has retention.ms=86400000",
              learner.costs() + " has cleanup.policy=compact: only the newest cost",
              learner.snapshots() + " (topics.snapshots) has cleanup.policy=delete",
              learner.examples() + " has retention.ms=600000",
              changelog + " accepts records of up to 100000 bytes");
    }
  }
}
