package io.millrace.app.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.EmbeddedBroker;
import io.millrace.example.MiniBatch;
import io.millrace.learn.BatchCost;
import io.millrace.testing.FreePorts;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.SmallDisk;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka goes away in the middle of the work and comes back: the learner waits, says so in one line,
 * goes on, says so, and has lost and doubled nothing.
 */
@Tag("embedded")
final class BrokerAwayIT {
  private static final int BATCH_SIZE = 8;
  private static final int EXAMPLES = 24_000;
  private static final int BATCHES = EXAMPLES / BATCH_SIZE;
  private static final Duration SHORT = Duration.ofSeconds(10);
  private static final Duration LONG = Duration.ofSeconds(65);
  private static final Duration PATIENCE = MillraceProcess.PATIENCE;
  private static final String SILENT = " has not answered for";
  private static final String ANSWERS = " answers again after";

  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 4
      training:
        batchSize: 8
        maxWait: never
      publish:
        snapshotEvery: 100
        snapshotInterval: 1h
      """;

  @TempDir private Path folder;

  @Test
  void shouldWaitForABrokerThatIsRestarted() throws Exception {
    restart(SHORT);
  }

  @Test
  @Tag("long")
  void shouldWaitAMinuteForABrokerThatIsRestarted() throws Exception {
    restart(LONG);
  }

  @Test
  @Tag("long")
  void shouldWaitMinutesForABrokerThatIsRestarted() throws Exception {
    restart(Duration.ofSeconds(150)); // beyond Kafka's delivery.timeout.ms
  }

  private void restart(Duration away) throws Exception {
    Path data = folder.resolve("data");
    int port = FreePorts.next();
    EmbeddedBroker broker = EmbeddedBroker.start("127.0.0.1", port, data);
    try {
      String servers = broker.bootstrapServers();
      TestLearner learner = TestLearner.of(folder, servers, YAML);
      try (MillraceProcess run = learner.run()) {
        beginToLearn(learner, servers);
        broker.close();
        Thread.sleep(away.toMillis());
        awaitSilence(run);
        broker = EmbeddedBroker.start("127.0.0.1", port, data);
        assertGoesOn(learner, servers, run);
      }
    } finally {
      broker.close();
    }
  }

  @Test
  void shouldWaitForABrokerThatIsFrozen() throws Exception {
    freeze(SHORT);
  }

  @Test
  @Tag("long")
  void shouldWaitAMinuteForABrokerThatIsFrozen() throws Exception {
    freeze(LONG);
  }

  /** The broker lives in the process of another learner. */
  private void freeze(Duration away) throws Exception {
    String servers = TestLearner.freeAddress();
    TestLearner host = TestLearner.of(folder, servers, YAML);
    TestLearner learner = TestLearner.of(folder, servers, YAML);
    String embedded = "--embedded-broker=" + folder.resolve("data");
    try (MillraceProcess broker = host.run(embedded);
        MillraceProcess run = learner.run()) {
      beginToLearn(learner, servers);
      broker.signal("STOP");
      try {
        Thread.sleep(away.toMillis());
        awaitSilence(run);
      } finally {
        broker.signal("CONT");
      }
      assertGoesOn(learner, servers, run);
      broker.terminate();
      assertThat(broker.awaitExit()).as(broker.toString()).isZero();
    }
  }

  private static void beginToLearn(TestLearner learner, String servers) {
    try (TestTopics topics = new TestTopics(servers)) {
      topics.produce(examples(learner, 0, EXAMPLES / 2));
      learner.costs(topics, 10);
    }
  }

  /** However long the broker was away, the learner must have had the time to notice. */
  private static void awaitSilence(MillraceProcess run) {
    run.awaitErrorLine(SILENT, PATIENCE);
  }

  private static void assertGoesOn(TestLearner learner, String servers, MillraceProcess run)
      throws Exception {
    run.awaitErrorLine(ANSWERS, PATIENCE);
    try (TestTopics topics = new TestTopics(servers)) {
      topics.produce(examples(learner, EXAMPLES / 2, EXAMPLES));
      assertOneLife(learner.costs(topics, BATCHES), learner.miniBatches(topics, BATCHES));
      assertThat(learner.snapshots(topics, BATCHES / 100)).hasSize(BATCHES / 100);
    } catch (AssertionError e) {
      throw new AssertionError(run + System.lineSeparator() + run.threads(), e);
    }
    run.terminate();
    assertThat(run.awaitExit()).as(run.toString()).isZero();
    assertThat(run.complaints()).as(run.toString()).isEmpty();
    // Once, and once more where this machine starves the broker afterwards.
    assertThat(run.err()).as(run.toString()).hasSizeGreaterThanOrEqualTo(2);
    for (int i = 0; i < run.err().size(); i++) {
      assertThat(run.err().get(i))
          .as(run.toString())
          .contains("Kafka at " + servers + (i % 2 == 0 ? SILENT : ANSWERS));
    }
    assertThat(run.err().get(1)).contains("goes on");
  }

  private static void assertOneLife(List<BatchCost> costs, List<MiniBatch> miniBatches) {
    assertThat(costs)
        .extracting(cost -> cost.metrics().batch())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, BATCHES).boxed().toList());
    List<Long> offsets = new ArrayList<>();
    for (MiniBatch batch : miniBatches) {
      for (int i = 0; i < batch.size(); i++) {
        offsets.add(batch.offset(i));
      }
    }
    assertThat(offsets).containsExactlyElementsOf(LongStream.range(0, EXAMPLES).boxed().toList());
  }

  /** Kafka's folder is on a disk of its own, of 40 MB; something else fills it. */
  @Test
  void shouldStopWithOneLineWhenTheDiskIsFull() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    SmallDisk.mount(disk, 40);
    try {
      String servers = TestLearner.freeAddress();
      TestLearner learner = TestLearner.of(folder, servers, YAML);
      Path data = disk.resolve("data");
      try (MillraceProcess run = learner.run("--embedded-broker=" + data)) {
        beginToLearn(learner, servers);
        SmallDisk.fill(disk);
        Map<String, Object> impatient =
            Map.of(
                "delivery.timeout.ms", 4_000, "request.timeout.ms", 3_000, "max.block.ms", 2_000);
        try (TestTopics topics = new TestTopics(servers);
            KafkaProducer<byte[], byte[]> producer = topics.producer(impatient)) {
          for (ProducerRecord<byte[], byte[]> record :
              examples(learner, EXAMPLES / 2, EXAMPLES / 2 + 1_000)) {
            var unused = producer.send(record);
          }
          assertThat(run.awaitExit()).as(run.toString()).isEqualTo(1);
        }
        assertThat(run.complaints()).as(run.toString()).hasSize(1);
        assertThat(run.complaints().get(0)).contains(data.toString()).contains("the disk is full");
      }
      Files.delete(disk.resolve("filler"));
      try (MillraceProcess run = learner.run("--embedded-broker=" + data);
          TestTopics topics = new TestTopics(servers)) {
        long there = topics.endOffsets(learner.examples()).getOrDefault(0, 0L);
        int batches = (int) (there / BATCH_SIZE);
        assertThat(learner.costs(topics, batches))
            .extracting(cost -> cost.metrics().batch())
            .containsExactlyElementsOf(LongStream.rangeClosed(1, batches).boxed().toList());
        run.terminate();
        assertThat(run.awaitExit()).as(run.toString()).isZero();
      }
    } finally {
      SmallDisk.unmount(disk);
    }
  }

  static List<ProducerRecord<byte[], byte[]>> examples(TestLearner learner, int from, int to) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      SplittableRandom random = new SplittableRandom(i);
      double x = random.nextDouble(-1, 1);
      double y = random.nextDouble(-1, 1);
      String example = "{\"features\":[%s,%s],\"label\":%d}".formatted(x, y, x > y ? 1 : 0);
      records.add(new ProducerRecord<>(learner.examples(), example.getBytes(UTF_8)));
    }
    return records;
  }
}
