package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.codec.FormatException;
import io.millrace.codec.event.ExampleDecoder;
import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.example.ServedPrediction;
import io.millrace.learn.LearningMetrics;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes and checks the examples of one partition and stacks them into mini-batches. The
 * boundaries of the mini-batches depend on the count of good examples and on {@code maxWait}, never
 * on polls or commits.
 */
final class IngestProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  static final String PARTIAL_BATCH_STORE = "partial-batch";
  static final String MINI_BATCHES = "mini-batches";
  static final String REJECTED = "rejected-examples";

  private static final Logger LOG = LoggerFactory.getLogger(IngestProcessor.class);

  private final MillraceConfig config;
  private final TopicFacts facts;
  private final LearningMetrics metrics;
  private final ExampleDecoder decoder;
  private final ExampleDecoder eventDecoder;
  private final ExampleDecoder labelDecoder;
  private final byte[] modelName;
  private final byte[] mapping;
  private MiniBatch batch;
  private ProcessorContext<byte[], byte[]> context;
  private Checkpoint checkpoint;
  private DeadLetters deadLetters;
  private long firstExampleAt;

  IngestProcessor(MillraceConfig config, TopicFacts facts, LearningMetrics metrics) {
    this.config = config;
    this.facts = facts;
    this.metrics = metrics;
    this.decoder = ExampleDecoders.of(config);
    this.eventDecoder = ExampleDecoders.withoutLabel(config);
    this.labelDecoder = ExampleDecoders.ofLabels(config);
    this.modelName = config.model().name().getBytes(UTF_8);
    this.mapping = Mapping.digest(config).getBytes(UTF_8);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.deadLetters = new DeadLetters(context, facts.largestDeadLetter());
    TopicPartition partition =
        new TopicPartition(config.topics().examples(), context.taskId().partition());
    this.checkpoint =
        new Checkpoint(
            context.getStateStore(PARTIAL_BATCH_STORE),
            config,
            new Checkpoint.Source(
                partition,
                facts.examples(),
                config.application(),
                facts.progress(),
                deleted -> tellMissed(partition, deleted)));
    this.batch = partialBatch();
    this.firstExampleAt = context.currentSystemTimeMs();
    metrics.partial(context.taskId().partition(), batch.size());
    checkpoint.keep(
        () -> {
          metrics.partial(context.taskId().partition(), batch.size());
          return MiniBatchCodec.encode(batch);
        });
    config.training().maxWait().ifPresent(this::scheduleMaxWait);
  }

  /** The examples of the partial mini-batch at the last commit of the task. */
  private MiniBatch partialBatch() {
    ModelConfig model = config.model();
    int batchSize = config.training().batchSize();
    byte[] committed = checkpoint.restore(this::isLost);
    if (committed == null) {
      return new MiniBatch(model.denseInputs(), model.sparseInputs(), model.outputs(), batchSize);
    }
    MiniBatch partial = MiniBatchCodec.decode(committed, batchSize);
    Mismatches.inSizes(
            partial.inputs(),
            partial.sparseInputs(),
            partial.outputs(),
            model.architecture(),
            "the examples that wait to be learned")
        .refuse(model.name(), config.application());
    return partial;
  }

  /**
   * A model of another name begins with an empty mini-batch, and so does a partition that was never
   * read.
   */
  private boolean isLost(boolean storeIsEmpty, OptionalLong committed) {
    KafkaProgress progress = facts.progress();
    return storeIsEmpty
        && (committed.isPresent()
            ? !progress.log().isOthersOnly()
            : progress.hasPublished()
                && progress.log().partitions().contains(context.taskId().partition()));
  }

  private void tellMissed(TopicPartition partition, long deleted) {
    LOG.warn(
        "{} records of topic {}, partition {}, were deleted before they were learned; the learner"
            + " continues with the next record",
        deleted,
        partition.topic(),
        partition.partition());
    metrics.missedExamples(deleted);
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
    RecordMetadata source = context.recordMetadata().orElseThrow();
    if (!checkpoint.moveTo(source.offset())) {
      return;
    }
    if (!canFollow(source)) {
      send();
    }
    Rejection rejection = decode(record);
    ServedPrediction served = null;
    if (rejection == null) {
      try {
        served = JoinedExample.served(record.headers(), config);
      } catch (FormatException e) {
        rejection =
            new Rejection(
                Reason.WRONG_TYPE,
                String.format(Locale.ROOT, "Header %s: %s", JoinedExample.SERVED, e.getMessage()));
      }
    }
    if (rejection != null) {
      context.forward(deadLetters.of(record, rejection), REJECTED);
      metrics.rejected(rejection.reason(), 1);
      return;
    }
    if (batch.isEmpty()) {
      firstExampleAt = context.currentSystemTimeMs();
    }
    if (served == null) {
      batch.append(source.partition(), source.offset());
    } else {
      batch.append(source.partition(), source.offset(), served);
    }
    if (batch.size() == config.training().batchSize()) {
      send();
    }
  }

  /** An example that was joined has its label in a header. */
  private @Nullable Rejection decode(Record<byte[], byte[]> record) {
    byte[] label = JoinedExample.label(record.headers());
    if (label == null) {
      return decoder.decode(record.value(), batch);
    }
    Rejection rejection = eventDecoder.decode(record.value(), batch);
    return rejection != null ? rejection : labelDecoder.decode(label, batch);
  }

  /**
   * Whether the partial mini-batch, as the state has it, can take the record. It may be full for a
   * configuration with smaller mini-batches now; and records may be read again: after a crash with
   * at-least-once the state is ahead of the offsets, and offsets can be reset.
   */
  private boolean canFollow(RecordMetadata source) {
    return batch.isEmpty()
        || (batch.size() < config.training().batchSize()
            && batch.partition() == source.partition()
            && batch.offset(batch.size() - 1) < source.offset());
  }

  /** The task ends, or continues in another process. */
  @Override
  public void close() {
    metrics.partial(context.taskId().partition(), 0);
  }

  private void send() {
    byte[] value = MiniBatchCodec.encode(batch);
    context.forward(
        new Record<>(
            modelName,
            value,
            context.currentSystemTimeMs(),
            new RecordHeaders().add(Mapping.HEADER, mapping)),
        MINI_BATCHES);
    batch.clear();
    checkpoint.changed();
  }
}
