package io.millrace.app.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.ConfigReader;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.PublishedModel;
import io.millrace.testing.Await;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import io.millrace.topology.InitialModel;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.topics.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances of one application whose configurations differ. */
@WithKafka
final class InstanceCheckIT {
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      training:
        batchSize: 4
        maxWait: never
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;

  InstanceCheckIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  @Test
  void shouldRefuseTheSecondOneThatDiffers() throws Exception {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    try (MillraceProcess first = learner.run()) {
      Await.until(
          "the first one is in the group",
          MillraceProcess.PATIENCE,
          () -> !topics.assignment(learner.name(), learner.examples()).isEmpty());

      assertRefused(learner, "different: topics)", "topics.examples=" + learner.name() + "-other");
      assertRefused(learner, "different: example or model)", "model.hidden=4");
      assertRefused(learner, "different: training or guarantee)", "training.learningRate=0.2");
      // What may differ: how often a snapshot is published, threads, a broker's address.
      try (MillraceProcess same =
          learner.run("--set", "publish.snapshotEvery=7", "--set", "threads=1")) {
        assertThat(same.isAlive()).isTrue();
      }
      topics.produce(BrokerAwayIT.examples(learner, 0, 40));
      assertThat(learner.costs(topics, 10)).hasSize(10);
      first.kill();
      first.awaitExit();
    }
    // A killed instance is a member for some seconds: the start waits for its end.
    try (MillraceProcess changed = learner.run("--set", "training.learningRate=0.2")) {
      assertThat(changed.isAlive()).isTrue();
    }
  }

  private static void assertRefused(TestLearner learner, String difference, String setting) {
    try (MillraceProcess run = learner.start("run", "--set", setting)) {
      assertThat(run.awaitExit()).as(run.toString()).isEqualTo(1);
      assertThat(run.complaints()).as(run.toString()).hasSize(1);
      assertThat(run.complaints().get(0))
          .contains("already runs on ", "(client id " + learner.name() + "-c", difference);
    }
  }

  /** An instance of an earlier version, which does not show its configuration. */
  @Test
  void shouldNotBeReadyWhenOthersLeaveItsPartitionsUnread() throws Exception {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    String yaml = Files.readString(learner.config(), UTF_8);
    MillraceConfig other =
        ConfigReader.read(
            yaml,
            "other.yaml",
            List.of(
                "topics.examples=" + learner.name() + "-other",
                "topics.miniBatches=" + learner.name() + "-other-log",
                "threads=2",
                // Starved by a busy machine, it must stay the one that assigns the partitions.
                "kafka.session.timeout.ms=45000"),
            name -> null);
    String address = TestLearner.freeAddress();
    String port = address.substring(address.lastIndexOf(':') + 1);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        KafkaStreams streams =
            new KafkaStreams(
                LearnerTopology.build(
                    other,
                    InitialModel.of(other),
                    new Topics(other, admin).ensure(),
                    new PublishedModel(),
                    LearningMetrics.NONE,
                    () -> false),
                StreamsSettings.of(other))) {
      streams.start();
      Await.until(
          "the other one runs",
          MillraceProcess.PATIENCE,
          () -> streams.state() == KafkaStreams.State.RUNNING);
      try (MillraceProcess run = learner.run("--set", "http.port=" + port)) {
        Await.until(
            "it says that it has no partitions",
            MillraceProcess.PATIENCE,
            () -> ready(address).contains("has no partitions"));
        assertThat(run.isAlive()).isTrue();
      }
      streams.close(Duration.ofSeconds(5));
    }
  }

  private static String ready(String address) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + "/health/ready")).build();
    return HttpClient.newHttpClient()
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .join()
        .body();
  }
}
