package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.codec.CostCodec;
import io.millrace.codec.FormatException;
import io.millrace.codec.MiniBatchCodec;
import io.millrace.codec.ModelCodec;
import io.millrace.codec.SnapshotCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.learn.BatchCost;
import io.millrace.learn.Diverged;
import io.millrace.learn.Learner;
import io.millrace.learn.Lesson;
import io.millrace.learn.LogPosition;
import io.millrace.learn.Model;
import io.millrace.learn.Outcome;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Architecture;
import io.millrace.nn.Sgd;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns the training log, one mini-batch after the other, into the one shared model; publishes the
 * cost of each and a snapshot now and then.
 */
final class TrainProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(TrainProcessor.class);
  private static final long NONE = -1;

  private final MillraceConfig config;
  private final Model initial;
  private final String modelName;
  private final byte[] key;
  private ProcessorContext<byte[], byte[]> context;
  private LiveStore store;
  private Learner learner;
  private long publishedVersion;

  TrainProcessor(MillraceConfig config, Model initial) {
    this.config = config;
    this.initial = initial;
    this.modelName = config.model().name();
    this.key = modelName.getBytes(UTF_8);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.store = context.getStateStore(LearnerTopology.MODEL_STORE);
    Model model = model();
    this.learner = new Learner(model, new Sgd(), config.training().learningRate()::at);
    this.publishedVersion = NONE;
    store.keep(modelName, () -> ModelCodec.encode(model));
    context.schedule(
        config.publish().snapshotInterval(),
        PunctuationType.WALL_CLOCK_TIME,
        now -> publishSnapshotOfNewVersion());
    LOG.info("Model {} goes on from version {}", modelName, model.version());
  }

  /** The model as of the last commit, or the initial one. */
  private Model model() {
    byte[] committed = store.committed(modelName);
    if (committed == null) {
      return initial.copy();
    }
    Model model = ModelCodec.decode(committed);
    Architecture expected = initial.architecture();
    if (!model.architecture().equals(expected)) {
      throw new LearnerException(
          ("Model %s was learned as %s, the configuration says %s. Give the changed model another"
                  + " model.name or application, or restore the configuration.")
              .formatted(modelName, model.architecture(), expected));
    }
    return model;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (!Arrays.equals(record.key(), key)) {
      LOG.debug("Skipped a mini-batch of another model");
      return;
    }
    MiniBatch batch;
    try {
      batch = MiniBatchCodec.decode(record.value(), 1);
    } catch (FormatException e) {
      reject(record, new Rejection(Reason.WRONG_TYPE, String.valueOf(e.getMessage())));
      return;
    }
    Architecture shape = learner.model().architecture();
    if (batch.isEmpty() || batch.inputs() != shape.inputs() || batch.outputs() != shape.outputs()) {
      reject(record, wrongSize(batch, shape));
      return;
    }
    learn(record, batch);
  }

  private void learn(Record<byte[], byte[]> record, MiniBatch batch) {
    RecordMetadata source = context.recordMetadata().orElseThrow();
    Outcome outcome = learner.learn(batch, source.offset());
    if (outcome instanceof Diverged diverged) {
      reject(record, diverged(batch, diverged));
    } else if (outcome instanceof Lesson lesson) {
      store.changed();
      publish(lesson, source);
      if (lesson.batch() % config.publish().snapshotEvery() == 0) {
        publishSnapshotOfNewVersion();
      }
    }
  }

  private void publish(Lesson lesson, RecordMetadata source) {
    long now = context.currentSystemTimeMs();
    LogPosition position = new LogPosition(source.topic(), source.partition(), source.offset());
    byte[] value =
        CostCodec.encode(new BatchCost(modelName, lesson, position, Instant.ofEpochMilli(now)));
    context.forward(new Record<>(key, value, now), LearnerTopology.COSTS);
  }

  private void publishSnapshotOfNewVersion() {
    Model model = learner.model();
    if (model.version() == publishedVersion || model.version() == initial.version()) {
      return;
    }
    long now = context.currentSystemTimeMs();
    Snapshot snapshot =
        new Snapshot(
            modelName,
            model.version(),
            model.examples(),
            model.architecture(),
            model.parameters(),
            Optional.of(new LogPosition(config.topics().miniBatches(), 0, model.learnedThrough())),
            Instant.ofEpochMilli(now));
    byte[] value = SnapshotCodec.encode(snapshot);
    context.forward(new Record<>(key, value, now), LearnerTopology.SNAPSHOTS);
    publishedVersion = model.version();
  }

  private void reject(Record<byte[], byte[]> record, Rejection why) {
    LOG.warn("A mini-batch went to the dead letters: {}: {}", why.reason().code(), why.detail());
    context.forward(DeadLetters.of(record, context, why), LearnerTopology.DIVERGED);
  }

  private static Rejection diverged(MiniBatch batch, Diverged diverged) {
    return new Rejection(
        Reason.DIVERGED,
        "cost %s, gradient norm %s for the examples of partition %d, offsets %s"
            .formatted(
                diverged.cost(),
                diverged.gradientNorm(),
                batch.partition(),
                batch.describeOffsets()));
  }

  private static Rejection wrongSize(MiniBatch batch, Architecture shape) {
    return new Rejection(
        Reason.WRONG_SIZE,
        "The mini-batch has %d inputs, %d outputs and %d examples; the model has %d inputs, %d outputs"
            .formatted(
                batch.inputs(), batch.outputs(), batch.size(), shape.inputs(), shape.outputs()));
  }
}
