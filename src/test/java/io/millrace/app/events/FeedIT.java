package io.millrace.app.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and standard input as records of the examples topic. */
@WithKafka
final class FeedIT {
  private static final String CSV =
      "x,label,\"y, z\"\r\n1,0,-2.5e3\r\n\r\n 0.1 ,1,\r\n\"7\",one,NaN\r\n";
  private static final List<String> CSV_EVENTS =
      List.of(
          "{\"features\":[1,-2.5e3],\"label\":0}",
          "{\"features\":[0.1,null],\"label\":1}",
          "{\"features\":[7,\"NaN\"],\"label\":\"one\"}");

  private static final String JSONL =
      "{\"features\":[1,2], \"label\":1}\r\n\n   \n{\"features\":[1\n{\"caf\u00e9\":0}";
  private static final List<String> JSONL_EVENTS =
      List.of("{\"features\":[1,2], \"label\":1}", "{\"features\":[1", "{\"caf\u00e9\":0}");

  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 2
      training:
        batchSize: 2
        maxWait: never
      """;

  @TempDir private Path folder;
  private final KafkaUnderTest kafka;
  private TestLearner learner;

  FeedIT(KafkaUnderTest kafka) {
    this.kafka = kafka;
  }

  @BeforeEach
  void writeConfiguration() throws IOException {
    learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
  }

  @Test
  void shouldSendCsvAsItStandsThere(TestTopics topics) throws IOException {
    feed(file("events.csv", CSV));
    feed(zipped("events.csv.gz", CSV), "--repeat", "3", "--limit", "7");

    List<String> events = events(topics, 10);

    assertThat(events.subList(0, 3)).isEqualTo(CSV_EVENTS);
    assertThat(events.subList(3, 6)).isEqualTo(CSV_EVENTS);
    assertThat(events.subList(6, 9)).isEqualTo(CSV_EVENTS);
    assertThat(events.subList(9, 10)).isEqualTo(CSV_EVENTS.subList(0, 1));
  }

  @Test
  void shouldSendJsonLinesAsTheyAre(TestTopics topics) throws IOException {
    feed(file("events.jsonl", JSONL));
    feed(zipped("events.jsonl.gz", JSONL));
    try (MillraceProcess feed =
        MillraceProcess.start("feed", "-", "--config", learner.config().toString())) {
      feed.type(JSONL);
      assertThat(feed.awaitExit()).as(feed.toString()).isZero();
    }

    List<String> events = events(topics, 9);

    assertThat(events.subList(0, 3)).isEqualTo(JSONL_EVENTS);
    assertThat(events.subList(3, 6)).isEqualTo(JSONL_EVENTS);
    assertThat(events.subList(6, 9)).isEqualTo(JSONL_EVENTS);
  }

  @Test
  void shouldStopAtABadRowAndGoOnWhereItStopped(TestTopics topics) throws IOException {
    String good = "x,y,label\n1,2,0\n";
    Path file = file("ragged.csv", good + "1,2,3,4\n5,6,1\n");

    try (MillraceProcess feed = start(file)) {
      assertThat(feed.awaitExit()).as(feed.toString()).isEqualTo(1);
      assertThat(feed.err())
          .singleElement()
          .asString()
          .contains(
              "ragged.csv, line 3: 4 cells, and the header has 3 columns",
              "Sent 1 event before this",
              "--skip-first 1");
    }
    assertThat(feed(file, "--bad-rows", "skip", "--skip-first", "1"))
        .contains("Sent 1 event to", "skipped 1 bad row, the first on line 3");

    assertThat(events(topics, 2))
        .containsExactly("{\"features\":[1,2],\"label\":0}", "{\"features\":[5,6],\"label\":1}");
  }

  @Test
  void shouldNotSendFasterThanAsked(TestTopics topics) throws IOException {
    String said = feed(file("events.csv", CSV), "--repeat", "7", "--rate", "10/s");

    List<ConsumerRecord<byte[], byte[]>> records = topics.consume(learner.examples(), 21);
    assertThat(records.get(20).timestamp() - records.get(0).timestamp())
        .isGreaterThanOrEqualTo(1_700); // 20 intervals of 100 ms, less what may be caught up
    assertThat(said).startsWith("Sent 21 events to topic " + learner.examples());
  }

  @Test
  void shouldLeaveTheJudgementToTheLearner(TestTopics topics) throws IOException {
    feed(file("events.csv", CSV));
    feed(file("events.jsonl", JSONL));
    try (MillraceProcess run = learner.run()) {
      assertThat(learner.costs(topics, 1).get(0).metrics().examples()).isEqualTo(2);
      assertThat(learner.deadLetters(topics, 4))
          .extracting(FeedIT::reason)
          .containsExactly("wrong-type", "wrong-type", "not-json", "missing-field");
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
  }

  private static String reason(ConsumerRecord<byte[], byte[]> deadLetter) {
    return new String(deadLetter.headers().lastHeader("millrace.reason").value(), UTF_8);
  }

  /** Sends a file, quietly but for one line at the end, and returns that line. */
  private String feed(Path file, String... options) {
    try (MillraceProcess feed = start(file, options)) {
      assertThat(feed.awaitExit()).as(feed.toString()).isZero();
      assertThat(feed.out()).isEmpty();
      assertThat(feed.err())
          .singleElement()
          .asString()
          .matches("Sent [0-9,]+ events? to topic .* in .* s.*");
      return feed.err().get(0);
    }
  }

  private MillraceProcess start(Path file, String... options) {
    String[] args = new String[options.length + 4];
    args[0] = "feed";
    args[1] = file.toString();
    args[2] = "--config";
    args[3] = learner.config().toString();
    System.arraycopy(options, 0, args, 4, options.length);
    return MillraceProcess.start(args);
  }

  private List<String> events(TestTopics topics, int count) {
    List<String> events =
        topics.consume(learner.examples(), count).stream()
            .map(record -> new String(record.value(), UTF_8))
            .toList();
    assertThat(topics.endOffsets(learner.examples())).containsEntry(0, (long) count);
    return events;
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private Path zipped(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(UTF_8));
    }
    return file;
  }
}
