package io.millrace.app.show;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Examples that are not learned yet are told, wherever they wait. */
@WithKafka
final class BacklogIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] EXAMPLE = "{\"features\":[1,2],\"label\":1}".getBytes(UTF_8);
  private static final String YAML =
      """
      model: {inputs: 2, hidden: 3}
      training: {batchSize: 8, maxWait: never}
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private final TestTopics topics;
  private final HttpClient http = HttpClient.newHttpClient();

  BacklogIT(KafkaUnderTest kafka, TestTopics topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  @Test
  void shouldCountThePartialMiniBatchAndWhatWaitsBehindAnOpenTransaction() throws Exception {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    try (MillraceProcess run = learner.run("--set", "http.port=0")) {
      String line = run.awaitLine("Dashboard: ");
      String url = line.substring(line.indexOf("http"));
      produce(learner, 13);
      awaitStatus(
          url,
          status ->
              status.get("learned").asInt() == 8
                  && status.get("lag").asInt() == 5
                  && status.get("behindTransaction").asInt() == 0);

      try (KafkaProducer<byte[], byte[]> open = transactional(learner)) {
        open.initTransactions();
        open.beginTransaction();
        open.send(new ProducerRecord<>(learner.examples(), EXAMPLE)).get();
        produce(learner, 4);
        awaitStatus(
            url,
            status ->
                status.get("behindTransaction").asInt() == 5 && status.get("lag").asInt() == 10);
        assertThat(run.awaitLine("behind an open transaction 5")).contains("lag 10");
        open.abortTransaction();
      }
      awaitStatus(
          url,
          status ->
              status.get("learned").asInt() == 16
                  && status.get("lag").asInt() == 1
                  && status.get("behindTransaction").asInt() == 0);
    }
  }

  private void produce(TestLearner learner, int count) {
    for (int i = 0; i < count; i++) {
      topics.produce(learner.examples(), null, EXAMPLE);
    }
  }

  private KafkaProducer<byte[], byte[]> transactional(TestLearner learner) {
    return new KafkaProducer<>(
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            kafka.bootstrapServers(),
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            learner.name() + "-open",
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
            600_000),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private void awaitStatus(String url, Predicate<JsonNode> wanted) throws Exception {
    long deadline = System.nanoTime() + MillraceProcess.PATIENCE.toNanos();
    JsonNode status = status(url);
    while (!wanted.test(status)) {
      assertThat(System.nanoTime()).as(status.toString()).isLessThan(deadline);
      status = status(url);
    }
  }

  private JsonNode status(String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + "api/status")).build();
    return JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
  }
}
