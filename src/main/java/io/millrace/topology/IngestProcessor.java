package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.codec.ExampleDecoder;
import io.millrace.codec.MiniBatchCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.example.MiniBatch;
import io.millrace.example.Rejection;
import java.time.Duration;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Decodes and checks the examples of one partition and stacks them into mini-batches. The borders
 * of the mini-batches depend on the count of good examples, and on {@code maxWait}; never on polls
 * or commits.
 */
final class IngestProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private final MillraceConfig config;
  private final ExampleDecoder decoder;
  private final byte[] modelName;
  private MiniBatch batch;
  private ProcessorContext<byte[], byte[]> context;
  private LiveStore store;
  private long firstExampleAt;

  IngestProcessor(MillraceConfig config) {
    this.config = config;
    this.decoder = ExampleDecoders.of(config);
    this.modelName = config.model().name().getBytes(UTF_8);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.store = context.getStateStore(LearnerTopology.PARTIAL_BATCH_STORE);
    this.batch = partialBatch();
    this.firstExampleAt = context.currentSystemTimeMs();
    store.keep(config.model().name(), () -> MiniBatchCodec.encode(batch));
    config.training().maxWait().ifPresent(this::scheduleMaxWait);
  }

  /** The examples that were stacked and not yet sent when the task last committed. */
  private MiniBatch partialBatch() {
    ModelConfig model = config.model();
    int batchSize = config.training().batchSize();
    byte[] committed = store.committed(model.name());
    if (committed == null) {
      return new MiniBatch(model.inputs(), model.outputs(), batchSize);
    }
    MiniBatch partial = MiniBatchCodec.decode(committed, batchSize);
    if (partial.inputs() != model.inputs() || partial.outputs() != model.outputs()) {
      throw new LearnerException(
          ("Model %s: the examples that wait to be learned have %d inputs and %d outputs, the"
                  + " configuration says %d and %d. Give the changed model another model.name or"
                  + " application, or restore the configuration.")
              .formatted(
                  model.name(),
                  partial.inputs(),
                  partial.outputs(),
                  model.inputs(),
                  model.outputs()));
    }
    return partial;
  }

  private void scheduleMaxWait(Duration maxWait) {
    long wait = maxWait.toMillis();
    Duration tick = Duration.ofMillis(Math.max(1, Math.min(wait / 10, 1000)));
    context.schedule(
        tick,
        PunctuationType.WALL_CLOCK_TIME,
        now -> {
          if (!batch.isEmpty() && now - firstExampleAt >= wait) {
            send();
          }
        });
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (batch.size() >= config.training().batchSize()) {
      send(); // left by an earlier configuration with larger mini-batches
    }
    Rejection rejection = decoder.decode(record.value(), batch);
    if (rejection != null) {
      context.forward(DeadLetters.of(record, context, rejection), LearnerTopology.REJECTED);
      return;
    }
    if (batch.isEmpty()) {
      firstExampleAt = context.currentSystemTimeMs();
    }
    RecordMetadata source = context.recordMetadata().orElseThrow();
    batch.append(source.partition(), source.offset());
    store.changed();
    if (batch.size() == config.training().batchSize()) {
      send();
    }
  }

  private void send() {
    byte[] value = MiniBatchCodec.encode(batch);
    context.forward(
        new Record<>(modelName, value, context.currentSystemTimeMs()),
        LearnerTopology.MINI_BATCHES);
    batch.clear();
    store.changed();
  }
}
