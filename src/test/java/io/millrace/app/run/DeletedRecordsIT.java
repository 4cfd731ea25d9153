package io.millrace.app.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Await;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that retention, or a person, deletes before the learner has read them. */
@WithKafka
final class DeletedRecordsIT {
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
  private TestLearner learner;
  private String address;

  DeletedRecordsIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  @BeforeEach
  void writeConfiguration() throws IOException {
    learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    address = TestLearner.freeAddress();
  }

  private MillraceProcess run() {
    String port = address.substring(address.lastIndexOf(':') + 1);
    return learner.run("--set", "http.port=" + port);
  }

  private long missedExamples() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + "/metrics")).build();
    return HttpClient.newHttpClient()
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .join()
        .body()
        .lines()
        .filter(line -> line.startsWith("millrace_examples_missed_total "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  private void send(KafkaProducer<byte[], byte[]> producer, int from, int to) {
    List<Future<RecordMetadata>> sent =
        BrokerAwayIT.examples(learner, from, to).stream().map(producer::send).toList();
    producer.flush();
    assertThat(sent).allMatch(Future::isDone);
  }

  private static void stop(MillraceProcess run) {
    run.terminate();
    assertThat(run.awaitExit()).as(run.toString()).isZero();
  }

  private void learn(int from, int to) {
    try (MillraceProcess run = run()) {
      topics.produce(BrokerAwayIT.examples(learner, from, to));
      learner.costs(topics, to / 4);
      stop(run);
    }
  }

  @Test
  void shouldCountExamplesThatAreGone() throws Exception {
    learn(0, 40);
    topics.produce(BrokerAwayIT.examples(learner, 40, 60));
    topics.deleteRecords(learner.examples(), 52);

    try (MillraceProcess run = run()) {
      run.awaitErrorLine(
          "12 records of topic " + learner.examples() + ", partition 0, were deleted",
          MillraceProcess.PATIENCE);
      assertThat(learner.costs(topics, 12).get(11).metrics().totalExamples()).isEqualTo(48);
      assertThat(missedExamples()).isEqualTo(12);
      assertThat(run.complaints()).as(run.toString()).hasSize(1);
      stop(run);
    }
    // They are told once.
    try (MillraceProcess run = run()) {
      assertThat(missedExamples()).isZero();
      stop(run);
      assertThat(run.complaints()).as(run.toString()).isEmpty();
    }
  }

  @Test
  void shouldNotTakeTransactionsForHoles() throws Exception {
    try (MillraceProcess run = run();
        KafkaProducer<byte[], byte[]> producer =
            topics.producer(Map.of("transactional.id", learner.name()))) {
      producer.initTransactions();
      for (int i = 0; i < 10; i++) {
        producer.beginTransaction();
        send(producer, 1000, 1005);
        producer.abortTransaction();
        producer.beginTransaction();
        send(producer, 4 * i, 4 * i + 4);
        producer.commitTransaction();
      }
      learner.costs(topics, 10);
      assertThat(missedExamples()).isZero();
      stop(run);
    }
    // All of both topics was read, the markers at their ends too.
    topics.deleteRecords(learner.examples(), -1);
    topics.deleteRecords(learner.miniBatches(), -1);
    try (MillraceProcess run = run()) {
      topics.produce(BrokerAwayIT.examples(learner, 40, 44));
      assertThat(learner.costs(topics, 11).get(10).metrics().totalExamples()).isEqualTo(44);
      assertThat(missedExamples()).isZero();
      stop(run);
      assertThat(run.complaints()).as(run.toString()).isEmpty();
    }
  }

  @Test
  void shouldCountExamplesThatAreGoneWhileItRuns() throws Exception {
    try (MillraceProcess run = run()) {
      topics.produce(BrokerAwayIT.examples(learner, 0, 40));
      learner.costs(topics, 10);
      run.signal("STOP");
      topics.produce(BrokerAwayIT.examples(learner, 40, 440));
      topics.deleteRecords(learner.examples(), 400);
      run.signal("CONT");

      run.awaitErrorLine(" records of topic " + learner.examples(), MillraceProcess.PATIENCE);
      // What a request under way has brought is learned.
      Await.until(
          "every example is learned or counted as missed",
          MillraceProcess.PATIENCE,
          () -> {
            long learned =
                topics.all(learner.miniBatches()).stream()
                    .mapToLong(each -> TestLearner.miniBatch(each).size())
                    .sum();
            long missed = missedExamples();
            return missed > 0 && learned + missed > 436 && learned + missed <= 440;
          });
      stop(run);
    }
  }

  @Test
  void shouldRefuseALogWithAHole() throws Exception {
    learn(0, 40);
    long end = topics.endOffsets(learner.miniBatches()).getOrDefault(0, 0L);
    for (int i = 0; i < 3; i++) {
      topics.produce(learner.miniBatches(), 0, "another".getBytes(UTF_8), new byte[1], Map.of());
    }
    topics.deleteRecords(learner.miniBatches(), end + 2);

    try (MillraceProcess run = learner.start("run")) {
      assertThat(run.awaitExit()).as(run.toString()).isEqualTo(1);
      assertThat(run.complaints()).as(run.toString()).hasSize(1);
      assertThat(run.complaints().get(0))
          .contains("2 records of topic " + learner.miniBatches(), "No replay", "run reset");
    }
  }
}
