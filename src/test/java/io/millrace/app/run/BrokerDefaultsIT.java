package io.millrace.app.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A learner that leaves the replication factor of its topics, changelogs included, to the brokers.
 */
@WithKafka
final class BrokerDefaultsIT {
  @TempDir private Path folder;

  @Test
  void shouldLearnWithTheReplicationFactorOfTheBrokers(KafkaUnderTest kafka, TestTopics topics)
      throws IOException {
    TestLearner learner =
        TestLearner.of(
            folder,
            kafka.bootstrapServers(),
            """
            model:
              inputs: 1
            training:
              batchSize: 1
            """);
    try (MillraceProcess run = learner.run("--set", "topics.replicationFactor=-1")) {
      topics.produce(learner.examples(), null, "{\"features\":[1],\"label\":1}".getBytes(UTF_8));

      assertThat(learner.costs(topics, 1)).hasSize(1);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
  }
}
