package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.codec.published.CostCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.example.MiniBatch;
import io.millrace.learn.LearningMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

/** The processors after a restart: each start has the state that the one before it committed. */
class RestoredStateTest {
  private InMemoryStore partialBatch = new InMemoryStore(IngestProcessor.PARTIAL_BATCH_STORE);
  private InMemoryStore model = new InMemoryStore(TrainProcessor.MODEL_STORE);
  private final InMemoryLog log = new InMemoryLog();

  /** One task from its start to its end; every record of it is committed. */
  private final class Task {
    private final Processor<byte[], byte[], byte[], byte[]> processor;
    private final MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    private final LiveStore store;

    Task(Processor<byte[], byte[], byte[], byte[]> processor, InMemoryStore inner) {
      this.processor = processor;
      this.store = new LiveStore(inner);
      context.addStateStore(store);
      context.setCurrentSystemTimeMs(1_000);
      processor.init(context);
    }

    void process(String topic, long offset, String key, byte[] value) {
      if (topic.equals("log")) {
        log.add(offset, key.getBytes(UTF_8), value, new RecordHeaders());
      }
      context.setRecordMetadata(topic, 0, offset);
      processor.process(new Record<>(key.getBytes(UTF_8), value, 5L));
      store.flushCache();
    }

    void example(long offset) {
      process(
          "in", offset, "", "{\"features\":[%d,1],\"label\":1}".formatted(offset).getBytes(UTF_8));
    }

    List<byte[]> forwarded() {
      List<byte[]> values = new ArrayList<>();
      context.forwarded().forEach(forward -> values.add((byte[]) forward.record().value()));
      context.resetForwards();
      return values;
    }

    List<String> miniBatches() {
      return forwarded().stream()
          .map(value -> MiniBatchCodec.decode(value, 1).describeOffsets())
          .toList();
    }

    void wait(Duration time) {
      long now = context.currentSystemTimeMs() + time.toMillis();
      context.setCurrentSystemTimeMs(now);
      context.scheduledPunctuators().forEach(scheduled -> scheduled.getPunctuator().punctuate(now));
      store.flushCache();
    }
  }

  @Test
  void shouldGoOnWithThePartialMiniBatch() {
    Task first = ingest();
    first.example(0);
    first.example(1);

    Task second = ingest();
    second.example(2);

    assertThat(first.forwarded()).isEmpty();
    List<byte[]> sent = second.forwarded();
    assertThat(sent).hasSize(1);
    MiniBatch batch = MiniBatchCodec.decode(sent.get(0), 1);
    assertThat(batch.describeOffsets()).isEqualTo("0-2");
    assertThat(batch.xt().data).containsExactly(0, 1, 1, 1, 2, 1);
  }

  @Test
  void shouldNotSendAMiniBatchAgainThatWasSent() {
    Task first = ingest();
    first.example(0);
    first.example(1);
    first.example(2);
    assertThat(first.miniBatches()).containsExactly("0-2");

    Task second = ingest();
    second.wait(Duration.ofHours(1));
    assertThat(second.miniBatches()).isEmpty();
  }

  @Test
  void shouldSendAPartialMiniBatchMaxWaitAfterTheRestart() {
    ingest().example(0);

    Task second = ingest();
    second.wait(Duration.ofMillis(9_999));
    assertThat(second.miniBatches()).isEmpty();
    second.wait(Duration.ofMillis(1));
    assertThat(second.miniBatches()).containsExactly("0");
  }

  @Test
  void shouldSendWhatLargerMiniBatchesLeftBeforeTheNextExample() {
    Task first = ingest("training.batchSize=10");
    for (int offset = 0; offset < 5; offset++) {
      first.example(offset);
    }

    Task second = ingest("training.batchSize=3");
    second.example(5);
    second.example(6);
    second.example(7);

    assertThat(second.miniBatches()).containsExactly("0-4", "5-7");
  }

  /** At-least-once after a crash: the state was written, the offsets were not committed. */
  @Test
  void shouldPassOverExamplesThatAreInTheStateAlready() {
    Task first = ingest();
    first.example(7);
    first.example(8);

    Task second = ingest();
    second.example(8);
    second.example(9);
    second.example(10);

    assertThat(second.miniBatches()).containsExactly("7-9");
  }

  @Test
  void shouldGoOnWithTheModel() {
    Task first = train();
    first.process("log", 0, "flights", miniBatch());
    first.process("log", 1, "flights", miniBatch());

    Task second = train();
    second.process("log", 2, "flights", miniBatch());

    assertThat(CostCodec.decode(first.forwarded().get(1)).metrics().batch()).isEqualTo(2);
    assertThat(CostCodec.decode(second.forwarded().get(0)).metrics().batch()).isEqualTo(3);
  }

  @Test
  void shouldRefuseAModelOfAnotherShapeAndNameBothWaysOut() {
    train().process("log", 0, "flights", miniBatch());

    assertThatExceptionOfType(LearnerException.class)
        .isThrownBy(() -> train("model.hidden=4", "model.activation=relu"))
        .withMessageStartingWith(
            "Model flights cannot continue: hidden: 3 in the state, 4 in the configuration;"
                + " activation: tanh in the state, relu in the configuration.")
        .withMessageContaining("another model.name or application, or run reset");
  }

  @Test
  void shouldRefuseWaitingExamplesOfAnotherShapeAndNameBothWaysOut() {
    ingest().example(0);

    assertThatExceptionOfType(LearnerException.class)
        .isThrownBy(() -> ingest("model.inputs=5"))
        .withMessageContaining("inputs: 2 in ")
        .withMessageContaining("5 in the configuration")
        .withMessageContaining("another model.name or application, or run reset");
  }

  @Test
  void shouldStartAnewUnderAnotherName() {
    train().process("log", 0, "flights", miniBatch());

    Task renamed = train("model.name=trains", "model.hidden=4");
    renamed.process("log", 1, "trains", miniBatch());

    assertThat(CostCodec.decode(renamed.forwarded().get(0)).metrics().batch()).isEqualTo(1);
  }

  private Task ingest(String... overrides) {
    partialBatch = partialBatch.restored();
    return new Task(
        new IngestProcessor(
            LearnerFixture.config(overrides), LearnerFixture.FACTS, LearningMetrics.NONE),
        partialBatch);
  }

  private Task train(String... overrides) {
    model = model.restored();
    MillraceConfig config = LearnerFixture.config(overrides);
    try {
      return new Task(
          new TrainProcessor(
              config, InitialModel.of(config), LearnerFixture.FACTS.with(log), LearningMetrics.NONE, () -> false),
          model);
    } catch (ConfigException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] miniBatch() {
    MiniBatch batch = new MiniBatch(2, 1, 1);
    batch.append(0, 0);
    return MiniBatchCodec.encode(batch);
  }
}
