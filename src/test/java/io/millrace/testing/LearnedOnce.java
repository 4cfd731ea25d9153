package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.codec.published.CostCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.ConfigReader;
import io.millrace.example.MiniBatch;
import io.millrace.learn.BatchMetrics;
import io.millrace.topology.InitialModel;
import io.millrace.topology.LogLearner;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.header.Header;

/** What must hold for a learner's topics, whatever happened to it. Batches are full ones. */
public record LearnedOnce(TestLearner learner, TestTopics topics, int batchSize) {
  private static final Duration PATIENCE = MillraceProcess.PATIENCE;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Every good example in the log once, every other one in the dead letters once, every mini-batch
   * in the costs once, and each cost what the log gives, to the last bit.
   */
  public void check(ExampleFeed.Sent sent) {
    int batches = sent.good().size() / batchSize;
    List<ConsumerRecord<byte[], byte[]>> costs = read(learner.costs(), batches);
    List<ConsumerRecord<byte[], byte[]>> log = read(learner.miniBatches(), batches);
    List<BatchMetrics> lessons =
        costs.stream().map(record -> CostCodec.decode(record.value()).metrics()).toList();
    assertEqual(
        "the batches in the costs",
        lessons.stream().map(BatchMetrics::batch).toList(),
        LongStream.rangeClosed(1, batches).boxed().toList());
    assertEqual("the examples in the log", sorted(places(log)), sorted(sent.good()));
    List<String> rejected = deadLetters(read(learner.deadLetters(), sent.bad().size()));
    assertEqual("the dead letters", sorted(rejected), sorted(sent.bad()));
    assertEqual("the lessons in the costs, and of the log again", lessons, lessons(log));
  }

  /**
   * All that is committed, and that it is not less; what is too much is there as well. However much
   * there is to learn yet, there must be something new within {@link #PATIENCE}.
   */
  private List<ConsumerRecord<byte[], byte[]>> read(String topic, int count) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    topics.forEach(topic, count, PATIENCE, records::add);
    return records;
  }

  /** Names the first difference alone: the lists are long. */
  private static <T> void assertEqual(String what, List<T> found, List<T> expected) {
    int common = Math.min(found.size(), expected.size());
    for (int i = 0; i < common; i++) {
      assertThat(found.get(i))
          .as("%s, the one at %d of %d", what, i, common)
          .isEqualTo(expected.get(i));
    }
    assertThat(found.size()).as("the count of %s", what).isEqualTo(expected.size());
  }

  private static List<String> sorted(List<String> places) {
    return places.stream().sorted().toList();
  }

  private static List<String> places(List<ConsumerRecord<byte[], byte[]>> log) {
    List<String> places = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : log) {
      MiniBatch batch = TestLearner.miniBatch(record);
      for (int i = 0; i < batch.size(); i++) {
        places.add(batch.partition() + "/" + batch.offset(i));
      }
    }
    return places;
  }

  private static List<String> deadLetters(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream()
        .map(record -> header(record, "partition") + "/" + header(record, "offset"))
        .toList();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader("millrace." + name);
    return new String(header.value(), UTF_8);
  }

  private List<BatchMetrics> lessons(List<ConsumerRecord<byte[], byte[]>> log) {
    try {
      MillraceConfig config = ConfigReader.read(learner.config(), List.of(), name -> null);
      LogLearner again = new LogLearner(config, InitialModel.of(config));
      return log.stream()
          .map(
              record ->
                  again.learn(record.key(), record.value(), record.headers(), record.offset()))
          .map(step -> ((LogLearner.Learned) step).metrics())
          .toList();
    } catch (ConfigException e) {
      throw new AssertionError(e);
    }
  }

  /** {@code replay} says so too, in a process of its own; the last version has a snapshot. */
  public void checkReplay(int examples) {
    awaitSnapshot(learner, examples / batchSize);
    try (MillraceProcess replay = learner.start("replay")) {
      assertThat(replay.awaitExit(PATIENCE)).as(replay.toString()).isZero();
      assertThat(replay.out())
          .as(replay.toString())
          .anyMatch(
              line ->
                  line.contains("version %,d, from %,d ".formatted(examples / batchSize, examples)))
          .anyMatch(line -> line.contains("bit for bit"));
    }
  }

  /** The costs and the last snapshot, text for text, are those of another learner. */
  public void checkEqual(TestLearner other, int examples) {
    int batches = examples / batchSize;
    assertEqual("the costs of the two learners", costs(learner, batches), costs(other, batches));
    assertThat(snapshot(learner, batches))
        .as("the model of %s", learner.name())
        .isEqualTo(snapshot(other, batches));
  }

  /** As texts, without what must differ: the name, the time, and the offset among the markers. */
  private List<String> costs(TestLearner of, int batches) {
    return read(of.costs(), batches).stream()
        .map(LearnedOnce::text)
        .map(
            text ->
                text.replace(of.name(), "NAME")
                    .replaceFirst("\"offset\":\\d+", "\"offset\":N")
                    .replaceFirst("\"timestamp\":\"[^\"]+\"", "\"timestamp\":T"))
        .toList();
  }

  private String snapshot(TestLearner of, int version) {
    try {
      ObjectNode json = (ObjectNode) JSON.readTree(awaitSnapshot(of, version));
      return json.remove(List.of("model", "application", "learnedThrough", "timestamp")).toString();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] awaitSnapshot(TestLearner of, int version) {
    String wanted = "\"version\":" + version + ",";
    List<ConsumerRecord<byte[], byte[]>> records =
        topics.consume(
            of.snapshots(),
            IsolationLevel.READ_COMMITTED,
            read -> newest(of, read).map(LearnedOnce::text).orElse("").contains(wanted),
            PATIENCE);
    return newest(of, records).orElseThrow().value();
  }

  /** The earlier versions stand beside it, under keys of their own. */
  private static Optional<ConsumerRecord<byte[], byte[]>> newest(
      TestLearner of, List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream().filter(of::isNewest).reduce((before, last) -> last);
  }

  private static String text(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.value(), UTF_8);
  }
}
