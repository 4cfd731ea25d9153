package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.codec.published.CostCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.example.MiniBatch;
import io.millrace.learn.BatchCost;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Model;
import io.millrace.learn.Rollback;
import io.millrace.learn.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedForward;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The snapshots that are kept, and the way back to them. */
class HistoryTest {
  private final InMemoryStore state = new InMemoryStore("model");
  private final Map<String, byte[]> snapshots = new TreeMap<>();
  private final List<BatchCost> costs = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private final List<ProducerRecord<byte[], byte[]>> log = new ArrayList<>();
  private final InMemoryLog read = new InMemoryLog();
  private MillraceConfig config = LearnerFixture.config();
  private Task task;

  /** A task of the train processor; what it forwards lands in the fields above. */
  private final class Task {
    private final MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    private final TrainProcessor processor;
    private final LiveStore store = new LiveStore(state);

    Task() throws ConfigException {
      processor =
          new TrainProcessor(
              config, InitialModel.of(config), LearnerFixture.FACTS.with(read), LearningMetrics.NONE, () -> false);
      context.addStateStore(store);
      context.setCurrentSystemTimeMs(1_000);
      processor.init(context);
    }

    void process(ProducerRecord<byte[], byte[]> record) {
      log.add(record);
      read.add(log.size() - 1, record.key(), record.value(), record.headers());
      context.setRecordMetadata("log", 0, log.size() - 1);
      processor.process(new Record<>(record.key(), record.value(), 5L, record.headers()));
      commit();
    }

    void commit() {
      store.flushCache();
      context.forwarded().forEach(HistoryTest.this::take);
      context.resetForwards();
    }

    void passTime() {
      context.scheduledPunctuators().forEach(each -> each.getPunctuator().punctuate(1));
      commit();
    }
  }

  private void take(CapturedForward<? extends byte[], ? extends byte[]> forward) {
    Record<? extends byte[], ? extends byte[]> record = forward.record();
    switch (forward.childName().orElseThrow()) {
      case TrainProcessor.SNAPSHOTS -> {
        String key = new String(record.key(), UTF_8);
        if (record.value() == null) {
          assertThat(snapshots.remove(key)).as("tombstone of " + key).isNotNull();
        } else {
          snapshots.put(key, record.value());
        }
      }
      case TrainProcessor.COSTS -> costs.add(CostCodec.decode(record.value()));
      default ->
          refused.add(
              new String(record.headers().lastHeader("millrace.reason").value(), UTF_8)
                  + ": "
                  + new String(record.headers().lastHeader("millrace.detail").value(), UTF_8));
    }
  }

  @BeforeEach
  void start() throws ConfigException {
    start("training.scaling=standard", "training.optimizer=adam", "publish.keep=3");
  }

  private void start(String... overrides) throws ConfigException {
    config = LearnerFixture.config(overrides);
    task = new Task();
  }

  private void learn(int batches) {
    for (int i = 0; i < batches; i++) {
      MiniBatch batch = new MiniBatch(2, 1, 3);
      for (int example = 0; example < 3; example++) {
        double x = Math.sin(log.size() * 3 + example);
        batch.xt().data[2 * example] = x;
        batch.xt().data[2 * example + 1] = 10 * x * x;
        batch.yt().data[example] = x > 0 ? 1 : 0;
        batch.append(0, 3L * log.size() + example);
      }
      task.process(
          new ProducerRecord<>("log", "flights".getBytes(UTF_8), MiniBatchCodec.encode(batch)));
    }
  }

  private void goBackTo(long version) {
    task.process(LogCommand.rollback(config, kept(version)));
  }

  private byte[] kept(long version) {
    return published("flights@" + version);
  }

  private byte[] published(String key) {
    return Objects.requireNonNull(snapshots.get(key), key);
  }

  private Snapshot newest() {
    return SnapshotCodec.decode(published("flights"));
  }

  @Test
  void shouldKeepTheNewestSnapshotsUnderKeysOfTheirOwn() {
    learn(4);
    assertThat(snapshots).containsOnlyKeys("flights", "flights@2", "flights@4");
    assertThat(kept(4)).isEqualTo(published("flights"));

    learn(4);
    assertThat(snapshots).containsOnlyKeys("flights", "flights@4", "flights@6", "flights@8");
  }

  @Test
  void shouldKnowAfterARestartWhichAreKept() throws ConfigException {
    learn(7);
    task.passTime();
    assertThat(snapshots).containsOnlyKeys("flights", "flights@4", "flights@6", "flights@7");

    task = new Task();
    task.passTime(); // publishes the same version again
    assertThat(snapshots).containsOnlyKeys("flights", "flights@4", "flights@6", "flights@7");
    learn(1);
    assertThat(snapshots).containsOnlyKeys("flights", "flights@6", "flights@7", "flights@8");

    start("training.scaling=standard", "training.optimizer=adam", "publish.keep=1");
    learn(2);
    assertThat(snapshots).containsOnlyKeys("flights", "flights@10");
    start("training.scaling=standard", "training.optimizer=adam", "publish.keep=0");
    learn(2);
    assertThat(snapshots).containsOnlyKeys("flights");
  }

  @Test
  void shouldGoOnFromAnEarlierVersionAsANewOne() {
    learn(5);
    byte[] published = kept(2);
    Snapshot earlier = SnapshotCodec.decode(published);

    goBackTo(2);

    Snapshot after = newest();
    assertThat(after.version()).isEqualTo(6);
    assertThat(after.rollback()).contains(new Rollback(6, 2));
    assertThat(after.examples()).isEqualTo(6);
    assertThat(after.learnedThrough().orElseThrow().offset()).isEqualTo(5);
    assertThat(SnapshotCodec.differences(published("flights"), published))
        .containsExactlyInAnyOrder("version", "learnedThrough", "rollback");
    assertThat(after.scaler().orElseThrow().variance())
        .isEqualTo(earlier.scaler().orElseThrow().variance());
    // the version that it left, which was not published yet, can be gone back to as well
    assertThat(snapshots).containsOnlyKeys("flights", "flights@4", "flights@5", "flights@6");

    learn(2);
    assertThat(costs).extracting(cost -> cost.metrics().batch()).endsWith(5L, 7L, 8L);
    assertThat(costs).extracting(cost -> cost.metrics().modelVersion()).endsWith(4L, 6L, 7L);
    assertThat(costs).extracting(cost -> cost.metrics().totalExamples()).endsWith(15L, 9L, 12L);
    assertThat(newest().rollback()).contains(new Rollback(6, 2));
  }

  /** What it learns afterwards is what a model that starts from that snapshot learns. */
  @Test
  void shouldLearnWhatAModelFromThatSnapshotLearns() throws ConfigException {
    learn(2);
    byte[] start = kept(2);
    learn(3);
    goBackTo(2);
    learn(4);
    Snapshot wentBack = newest();

    Snapshot earlier = SnapshotCodec.decode(start);
    Model model =
        new Model(
            earlier.architecture(),
            earlier.parameters(),
            config.training().optimizer().start(earlier.architecture()),
            earlier.scaler(),
            6, // the learning rate goes by the version
            earlier.examples(),
            5);
    LogLearner learner = new LogLearner(config, model);
    for (int offset = 6; offset < log.size(); offset++) {
      learner.learn(log.get(offset).key(), log.get(offset).value(), new RecordHeaders(), offset);
    }
    byte[] expected =
        SnapshotCodec.encode(
            Snapshot.of(
                    "flights",
                    model,
                    Optional.of(new Rollback(6, 2)),
                    "log",
                    config.training().kernelKind(),
                    wentBack.timestamp())
                .by(Optional.of("flights")));
    assertThat(published("flights")).isEqualTo(expected);
  }

  @Test
  void shouldGoForwardAgain() {
    learn(4);
    goBackTo(2);
    learn(1);

    goBackTo(4);

    assertThat(newest().version()).isEqualTo(7);
    assertThat(newest().rollback()).contains(new Rollback(7, 4));
    assertThat(newest().examples()).isEqualTo(12);
  }

  @Test
  void shouldRememberAfterARestartThatItWentBack() throws ConfigException {
    learn(4);
    goBackTo(2);

    task = new Task();
    learn(1);
    task.passTime();

    assertThat(newest().version()).isEqualTo(6);
    assertThat(newest().rollback()).contains(new Rollback(5, 2));
  }

  @Test
  void shouldRefuseWhatDoesNotFitAndGoOn() {
    learn(4);
    byte[] before = published("flights");
    String good = new String(kept(4), UTF_8);

    command("rollback", "{}");
    command("rollback", good.replace("\"version\":4", "\"version\":5"));
    command("rollback", good.replace("\"model\":\"flights\"", "\"model\":\"ships\""));
    command("rollback", good.replace("\"activation\":\"tanh\"", "\"activation\":\"relu\""));
    command("rollback", good.replaceFirst("\"scaler\":\\{[^}]*},", ""));
    command("forget", good);
    ProducerRecord<byte[], byte[]> empty = LogCommand.rollback(config, kept(4));
    task.process(new ProducerRecord<>("log", null, empty.key(), null, empty.headers()));

    assertThat(refused).hasSize(7);
    assertThat(refused.get(0)).startsWith("wrong-type: Not a snapshot");
    assertThat(refused.get(1)).contains("wrong-type", "version 5 of model flights", "version 4");
    assertThat(refused.get(2)).contains("wrong-type", "version 4 of model ships");
    assertThat(refused.get(3)).contains("wrong-size", "activation: relu in the snapshot, tanh");
    assertThat(refused.get(4)).contains("wrong-size", "scaling: none in the snapshot, standard");
    assertThat(refused.get(5)).contains("wrong-type", "Unknown command forget", "rollback");
    assertThat(refused.get(6)).contains("wrong-size", "The value is empty, expected a snapshot");
    assertThat(published("flights")).isEqualTo(before);

    learn(1);
    task.passTime();
    assertThat(newest().version()).isEqualTo(5);
    assertThat(newest().rollback()).isEmpty();
  }

  /** Another application passes over what this one wrote, commands as mini-batches. */
  @Test
  void shouldPassOverTheCommandsOfAnotherApplication() {
    learn(4);
    MillraceConfig other = LearnerFixture.config("application=other", "model.name=flights");

    task.process(LogCommand.rollback(other, kept(2)));

    assertThat(newest().version()).isEqualTo(4);
    assertThat(refused).isEmpty();
  }

  private void command(String command, String value) {
    ProducerRecord<byte[], byte[]> record = LogCommand.rollback(config, value.getBytes(UTF_8));
    record.headers().remove(LogCommand.HEADER).add(LogCommand.HEADER, command.getBytes(UTF_8));
    task.process(record);
  }
}
