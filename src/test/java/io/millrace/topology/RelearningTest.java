package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.codec.log.ModelCodec;
import io.millrace.codec.log.TaskState;
import io.millrace.codec.published.CostCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.example.MiniBatch;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lives of a learner that end between two checkpoints of its model; each commits every record. */
class RelearningTest {
  private static final int RECORDS = 60;
  private static final byte[] KEY = "flights".getBytes(UTF_8);
  private static final String MODEL_PART = LiveStore.part("flights", "model");

  private InMemoryLog log = new InMemoryLog();
  private InMemoryStore store = new InMemoryStore(TrainProcessor.MODEL_STORE);
  private boolean isStopping;
  /** One life of the training task. */
  private final class Life {
    private final MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    private final LiveStore live;
    private final TrainProcessor processor;

    Life(String... overrides) {
      store = store.restored();
      live = new LiveStore(store);
      context.addStateStore(live);
      context.setCurrentSystemTimeMs(1_000);
      MillraceConfig config = config(overrides);
      try {
        processor =
            new TrainProcessor(
                config,
                InitialModel.of(config),
                LearnerFixture.FACTS.with(log),
                LearningMetrics.NONE,
                () -> isStopping);
      } catch (ConfigException e) {
        throw new AssertionError(e);
      }
      processor.init(context);
    }

    /** Learns the records from one to below another; returns the costs. */
    List<String> learn(int from, int to) {
      for (int i = from; i < to; i++) {
        byte[] value = miniBatch(i);
        log.add(i, KEY, value, new RecordHeaders());
        context.setRecordMetadata("log", 0, i);
        processor.process(new Record<>(KEY, value, 5L));
        live.flushCache();
      }
      List<String> costs =
          context.forwarded(TrainProcessor.COSTS).stream()
              .map(forward -> new String((byte[]) forward.record().value(), UTF_8))
              .toList();
      context.resetForwards();
      return costs;
    }
  }

  private static MillraceConfig config(String... overrides) {
    List<String> all = new ArrayList<>(List.of("model.hidden=30", "training.optimizer=adam"));
    all.addAll(List.of(overrides));
    return LearnerFixture.config(all.toArray(String[]::new));
  }

  private static byte[] miniBatch(int offset) {
    SplittableRandom random = new SplittableRandom(offset);
    MiniBatch batch = new MiniBatch(2, 1, 3);
    for (int i = 0; i < 3; i++) {
      batch.xt().data[2 * i] = random.nextDouble(-1, 1);
      batch.xt().data[2 * i + 1] = random.nextDouble(-1, 1);
      batch.yt().data[i] = random.nextInt(2);
      batch.append(0, 3L * offset + i);
    }
    return MiniBatchCodec.encode(batch);
  }

  private List<String> oneLife(String... overrides) {
    List<String> costs = new Life(overrides).learn(0, RECORDS);
    store = new InMemoryStore(TrainProcessor.MODEL_STORE);
    log = new InMemoryLog();
    return costs;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 29})
  void shouldGetTheSameModelWhereverItStartsAgain(int records) {
    List<String> expected = oneLife();
    List<String> costs = new ArrayList<>();
    for (int from = 0; from < RECORDS; from += records) {
      costs.addAll(new Life().learn(from, Math.min(RECORDS, from + records)));
    }

    assertThat(costs).isEqualTo(expected);
  }

  @Test
  void shouldWriteTheModelOnlyWhenTheLogHasGrownAsMuch() {
    new Life().learn(0, RECORDS);

    List<String> puts = store.takePuts();
    assertThat(puts).filteredOn("flights"::equals).hasSize(RECORDS);
    int model = store.get(MODEL_PART + "/1/0").length;
    int grown = RECORDS * (miniBatch(0).length + 100);
    assertThat(puts)
        .filteredOn(MODEL_PART::equals)
        .hasSizeBetween(2, 1 + grown / model)
        .hasSizeLessThan(RECORDS / 5);
  }

  @Test
  void shouldLeaveNothingToLearnAgainWhereTheProcessStopsInOrder() {
    Life life = new Life();
    life.learn(0, 5);
    store.takePuts();
    isStopping = true;
    life.learn(5, 6);

    assertThat(store.takePuts()).contains(MODEL_PART);
  }

  /** The rate was changed at record 31: what was learned by the old one is learned again by it. */
  @Test
  void shouldLearnAgainByTheSettingsOfThen() {
    isStopping = true; // a checkpoint at every commit: nothing is learned again
    List<String> expected = new Life().learn(0, 31);
    String[] changed = {"training.learningRate=0.01", "training.l2=0.1", "training.clipNorm=0.5"};
    List<String> second = new Life(changed).learn(31, 40);
    List<String> third = new Life(changed).learn(40, RECORDS);
    store = new InMemoryStore(TrainProcessor.MODEL_STORE);
    log = new InMemoryLog();
    isStopping = false;

    assertThat(new Life().learn(0, 31)).isEqualTo(expected);
    assertThat(new Life(changed).learn(31, 40)).isEqualTo(second);
    assertThat(new Life(changed).learn(40, RECORDS)).isEqualTo(third);
  }

  @Test
  void shouldRefuseALogWhoseBeginningIsPastTheCheckpoint() {
    new Life().learn(0, 5);
    log.deleteBefore(3);

    assertThatExceptionOfType(LearnerException.class)
        .isThrownBy(Life::new)
        .withMessageStartingWith(
            "Model flights cannot be restored: its last checkpoint ends before offset 1 of topic log,"
                + " its position is 4, and the topic begins at offset 3.");
  }

  @Test
  void shouldGoOnFromAModelThatAnEarlierVersionKept() {
    List<String> expected = oneLife();
    Life first = new Life();
    first.learn(0, 20);
    MillraceConfig config = config();
    byte[] model = ModelCodec.encode(modelAfter(config, 20));
    InMemoryStore earlier = new InMemoryStore(TrainProcessor.MODEL_STORE);
    LiveStore kept = new LiveStore(earlier);
    kept.keep(
        "flights",
        () -> true,
        () ->
            new TaskState(new UUID(2, 2), 19, Mapping.of(config.example()), model).encode());
    kept.flushCache();
    store = earlier;

    assertThat(new Life().learn(20, 25)).isEqualTo(expected.subList(20, 25));
    assertThat(new Life().learn(25, RECORDS)).isEqualTo(expected.subList(25, RECORDS));
  }

  private static Model modelAfter(MillraceConfig config, int records) {
    try {
      LogLearner learner = new LogLearner(config, InitialModel.of(config));
      for (int i = 0; i < records; i++) {
        learner.learn(KEY, miniBatch(i), new RecordHeaders(), i);
      }
      return learner.model();
    } catch (ConfigException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldCountUpdatesAsOneLifeDoes() {
    new Life().learn(0, 9);

    assertThat(CostCodec.decode(new Life().learn(9, 10).get(0).getBytes(UTF_8)).metrics().batch())
        .isEqualTo(10);
  }
}
