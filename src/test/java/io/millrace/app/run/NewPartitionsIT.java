package io.millrace.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions are added to the examples topic of an application that has learned. */
@WithKafka
final class NewPartitionsIT {
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      training:
        batchSize: 4
        maxWait: never
      publish:
        snapshotEvery: 1
        snapshotInterval: 1h
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;

  NewPartitionsIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  private void produce(TestLearner learner, int partition, int from, int to) {
    topics.produce(
        BrokerAwayIT.examples(learner, from, to).stream()
            .map(
                each ->
                    new ProducerRecord<byte[], byte[]>(each.topic(), partition, null, each.value()))
            .toList());
  }

  private static void assertRefused(MillraceProcess run) {
    assertThat(run.awaitExit()).as(run.toString()).isEqualTo(1);
    assertThat(run.complaints()).as(run.toString()).hasSize(1);
    assertThat(run.complaints().get(0))
        .contains("--accept-new-partitions")
        .doesNotContain("StreamsResetter");
  }

  @Test
  void shouldLearnFromThemWithoutLosingAnything() throws Exception {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    try (MillraceProcess run = learner.run("--set", "kafka.metadata.max.age.ms=1000")) {
      produce(learner, 0, 0, 42); // two wait in the partial mini-batch
      learner.costs(topics, 10);
      topics.addPartitions(learner.examples(), 3);
      produce(learner, 1, 100, 119);
      produce(learner, 2, 200, 221);
      assertRefused(run);
    }
    try (MillraceProcess run = learner.start("run")) {
      assertRefused(run);
    }

    try (MillraceProcess run = learner.run("--accept-new-partitions")) {
      produce(learner, 0, 42, 44);
      produce(learner, 1, 119, 120);
      produce(learner, 2, 221, 224);
      // 44, 20 and 24 examples
      assertThat(learner.costs(topics, 22).get(21).metrics().totalExamples()).isEqualTo(88);
      learner.snapshots(topics, 22);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
    List<String> offsets =
        learner.miniBatches(topics, 22).stream()
            .map(batch -> batch.partition() + ": " + batch.describeOffsets())
            .sorted()
            .toList();
    assertThat(offsets)
        .hasSize(22)
        .doesNotHaveDuplicates()
        .contains("0: 40-43", "1: 16-19", "2: 20-23");
    try (MillraceProcess replay = learner.start("replay")) {
      assertThat(replay.awaitExit()).as(replay.toString()).isZero();
    }
    try (MillraceProcess run = learner.run()) { // accepted once is accepted
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
      assertThat(run.complaints()).as(run.toString()).isEmpty();
    }
  }
}
