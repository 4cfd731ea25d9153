package io.millrace.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Await;
import io.millrace.testing.ExampleFeed;
import io.millrace.testing.KafkaCluster;
import io.millrace.testing.LearnedOnce;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers, three replicas, two of which must have a record. While one learner learns, the
 * broker that leads the training log is killed and started again, and the one that then leads the
 * costs is cut from the network and joined again. The learner is never started anew, and what it
 * learned is what a learner without any of this learns, to the last bit.
 *
 * <pre>
 *   replicas in sync   3 | killed .. 2 .. started again .. 3 | cut .. 2 .. joined again .. 3
 *   the learner        learns ................................................................
 * </pre>
 */
@Tag("docker")
final class ThreeBrokersIT {
  private static final int BATCH_SIZE = 8;
  private static final int SNAPSHOT_EVERY = 20;
  private static final int INPUTS = 5;
  private static final int EXAMPLES_PER_SECOND = 1_000;

  /** More mini-batches than can have been under way when the broker went. */
  private static final int GOES_ON = 200;

  /** Kafka gives a silent broker up after 9 s; then transactions end and threads are replaced. */
  private static final Duration PATIENCE = MillraceProcess.PATIENCE;

  private static final String THREE_REPLICAS = "topics.replicationFactor=3";

  private static final String YAML =
      """
      model:
        inputs: 5
        hidden: 6
      training:
        batchSize: 8
        maxWait: never
        optimizer: adam
        learningRate: {initial: 0.01, decay: 0.0001}
        scaling: standard
      publish:
        snapshotEvery: 20
        snapshotInterval: 1h
      """;

  @TempDir private Path folder;

  @Test
  void shouldLearnTheSameThoughOneBrokerIsKilledAndAnotherCutOff() throws IOException {
    try (KafkaCluster kafka = KafkaCluster.start();
        TestTopics topics = new TestTopics(kafka.bootstrapServers())) {
      TestLearner learner = learner(kafka);
      try (MillraceProcess run = learner.run("--set", THREE_REPLICAS);
          ExampleFeed feed =
              ExampleFeed.start(
                  learner, kafka.bootstrapServers(), 1, INPUTS, EXAMPLES_PER_SECOND)) {
        awaitCosts(topics, learner, run, "at first");
        assertThat(topics.config(learner.miniBatches())).containsEntry("min.insync.replicas", "2");
        awaitInSync(topics, 3);

        int killed = topics.leader(learner.miniBatches());
        kafka.kill(killed);
        awaitInSync(topics, 2);
        awaitCosts(topics, learner, run, "without broker %d, which was killed".formatted(killed));
        kafka.startAgain(killed);
        awaitInSync(topics, 3);

        int cut = topics.leader(learner.costs());
        kafka.cut(cut);
        awaitInSync(topics, 2);
        awaitCosts(topics, learner, run, "without broker %d, which was cut off".formatted(cut));
        kafka.join(cut);
        awaitInSync(topics, 3);
        awaitCosts(topics, learner, run, "with all three again");

        ExampleFeed.Sent sent = feed.finish(BATCH_SIZE * SNAPSHOT_EVERY);
        new LearnedOnce(learner, topics, BATCH_SIZE).check(sent);
        checkAgainstAnUndisturbedLearner(kafka, topics, learner, sent);
        run.terminate();
        assertThat(run.awaitExit()).as(run.toString()).isZero();
      }
    }
  }

  private TestLearner learner(KafkaCluster kafka) throws IOException {
    return TestLearner.of(folder, kafka.bootstrapServers(), YAML);
  }

  private static void awaitInSync(TestTopics topics, int replicas) {
    Await.until(replicas + " replicas in sync", PATIENCE, () -> topics.fewestInSync() == replicas);
  }

  /** The same process goes on learning. */
  private static void awaitCosts(
      TestTopics topics, TestLearner learner, MillraceProcess run, String when) {
    long since = System.nanoTime();
    long before = end(topics, learner);
    Await.until(
        () -> "%d more mini-batches %s: %s".formatted(GOES_ON, when, run),
        PATIENCE,
        () -> {
          assertThat(run.isAlive()).as(run.toString()).isTrue();
          return end(topics, learner) >= before + GOES_ON;
        });
    System.out.printf(
        "[ThreeBrokersIT] %d more mini-batches %s, after %d ms%n",
        GOES_ON, when, (System.nanoTime() - since) / 1_000_000);
  }

  private static long end(TestTopics topics, TestLearner learner) {
    return topics.endOffsets(learner.costs()).getOrDefault(0, 0L);
  }

  private void checkAgainstAnUndisturbedLearner(
      KafkaCluster kafka, TestTopics topics, TestLearner learner, ExampleFeed.Sent sent)
      throws IOException {
    TestLearner undisturbed = learner(kafka);
    try (MillraceProcess run =
        undisturbed.run(
            "--set", THREE_REPLICAS, "--set", "topics.examples=" + learner.examples())) {
      new LearnedOnce(learner, topics, BATCH_SIZE).checkEqual(undisturbed, sent.good().size());
      run.terminate();
      run.awaitExit();
    }
  }
}
