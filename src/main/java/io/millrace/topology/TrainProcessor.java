package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.codec.CostCodec;
import io.millrace.codec.ModelCodec;
import io.millrace.codec.SnapshotCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.example.Rejection;
import io.millrace.learn.BatchCost;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Lesson;
import io.millrace.learn.LogPosition;
import io.millrace.learn.Model;
import io.millrace.learn.Snapshot;
import java.time.Instant;
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
  private final TopicFacts facts;
  private final LearningMetrics metrics;
  private final String modelName;
  private final byte[] key;
  private ProcessorContext<byte[], byte[]> context;
  private Checkpoint checkpoint;
  private DeadLetters deadLetters;
  private LogLearner learner;
  private long publishedVersion;
  private long rejected;
  private long nextTold = 1;

  TrainProcessor(MillraceConfig config, Model initial, TopicFacts facts, LearningMetrics metrics) {
    this.config = config;
    this.initial = initial;
    this.facts = facts;
    this.metrics = metrics;
    this.modelName = config.model().name();
    this.key = modelName.getBytes(UTF_8);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.deadLetters = new DeadLetters(context, facts.largestDeadLetter());
    this.checkpoint =
        new Checkpoint(
            context.getStateStore(LearnerTopology.MODEL_STORE),
            config,
            config.topics().miniBatches(),
            facts.miniBatches());
    Model model = model();
    this.learner = new LogLearner(config, model);
    this.publishedVersion = NONE;
    checkpoint.keep(() -> ModelCodec.encode(model));
    context.schedule(
        config.publish().snapshotInterval(),
        PunctuationType.WALL_CLOCK_TIME,
        now -> publishSnapshotOfNewVersion());
    LOG.info("Model {} goes on from version {}", modelName, model.version());
  }

  /** The model as of the last commit, or the initial one. */
  private Model model() {
    byte[] committed = checkpoint.restore();
    if (committed == null) {
      return initial.copy();
    }
    if (checkpoint.sourceIsNew()) {
      throw new LearnerException(
          ("Topic %s is not the one that model %s was learned from: it was deleted and created"
                  + " again, and what was not learned yet is gone. Give the model another"
                  + " model.name or application, or reset the application's state.")
              .formatted(config.topics().miniBatches(), modelName));
    }
    Model model = ModelCodec.decode(committed);
    Differences.between(model, initial, "the state").refuse(modelName, config.application());
    return model;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata source = context.recordMetadata().orElseThrow();
    if (!checkpoint.moveTo(source.offset())) {
      return;
    }
    long start = System.nanoTime();
    LogLearner.Step step =
        learner.learn(record.key(), record.value(), record.headers(), source.offset());
    if (step instanceof LogLearner.Rejected rejected) {
      reject(record, rejected);
    } else if (step instanceof LogLearner.Learned learned) {
      metrics.learned(learned.lesson().examples(), System.nanoTime() - start);
      publish(learned.lesson(), source);
      if (learned.lesson().batch() % config.publish().snapshotEvery() == 0) {
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
        Snapshot.of(
            modelName,
            model,
            config.topics().miniBatches(),
            config.training().kernelKind(),
            Instant.ofEpochMilli(now));
    byte[] value = SnapshotCodec.encode(snapshot);
    context.forward(new Record<>(key, value, now), LearnerTopology.SNAPSHOTS);
    publishedVersion = model.version();
    metrics.published();
  }

  private void reject(Record<byte[], byte[]> record, LogLearner.Rejected step) {
    Rejection why = step.why();
    if (++rejected == nextTold) { // a model that has drifted away rejects everything: no flood
      nextTold *= 10;
      LOG.warn(
          "A mini-batch went to the dead letters ({} since the start): {}: {}",
          rejected,
          why.reason().code(),
          why.detail());
    }
    context.forward(deadLetters.of(record, why), LearnerTopology.DIVERGED);
    metrics.rejected(why.reason(), step.examples());
  }
}
