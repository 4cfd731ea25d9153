package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.codec.log.CheckpointCodec.ModelCheckpoint;
import io.millrace.codec.log.HistoryCodec;
import io.millrace.codec.log.TrainStateCodec;
import io.millrace.codec.log.TrainStateCodec.TrainState;
import io.millrace.codec.published.CostCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.codec.published.SnapshotKey;
import io.millrace.config.Guarantee;
import io.millrace.config.MillraceConfig;
import io.millrace.example.Rejection;
import io.millrace.learn.BatchCost;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.History;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.LogPosition;
import io.millrace.learn.Model;
import io.millrace.learn.Rollback;
import io.millrace.learn.Snapshot;
import io.millrace.learn.TrainingSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns the training log, one mini-batch after the other, into the one shared model; publishes the
 * cost of each and, at intervals, a snapshot.
 */
final class TrainProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  static final String MODEL_STORE = "model";
  static final String COSTS = "costs";
  static final String SNAPSHOTS = "snapshots";
  static final String DIVERGED = "diverged-mini-batches";

  private static final Logger LOG = LoggerFactory.getLogger(TrainProcessor.class);
  private static final long NONE = -1;

  private final MillraceConfig config;
  private final Model initial;
  private final TopicFacts facts;
  private final LearningMetrics metrics;
  private final BooleanSupplier isStopping;
  private final TrainingSettings settings;
  private final String modelName;
  private final byte[] key;
  private ProcessorContext<byte[], byte[]> context;
  private Checkpoint checkpoint;
  private ModelCheckpoints checkpoints;
  private DeadLetters deadLetters;
  private LogLearner learner;
  private History history;
  private long publishedVersion;
  private long rejected;
  private long nextTold = 1;
  private boolean publishesSoon;

  /**
   * The processor of a configuration.
   *
   * @param isStopping whether the process stops in order
   */
  TrainProcessor(
      MillraceConfig config,
      Model initial,
      TopicFacts facts,
      LearningMetrics metrics,
      BooleanSupplier isStopping) {
    this.config = config;
    this.initial = initial;
    this.facts = facts;
    this.metrics = metrics;
    this.isStopping = isStopping;
    this.settings = LogLearner.settings(config, config.training().kernelKind());
    this.modelName = config.model().name();
    this.key = modelName.getBytes(UTF_8);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.deadLetters = new DeadLetters(context, facts.largestDeadLetter());
    LiveStore store = context.getStateStore(MODEL_STORE);
    this.checkpoints = new ModelCheckpoints(store, modelName, isStopping);
    this.checkpoint =
        new Checkpoint(
            store,
            config,
            new Checkpoint.Source(
                new TopicPartition(config.topics().miniBatches(), 0),
                facts.miniBatches(),
                config.application(),
                facts.progress(),
                this::refuseHole));
    TrainState state = state();
    Model model = state.model();
    this.learner = new LogLearner(config, model);
    this.history = state.history();
    this.publishedVersion = NONE;
    // The model first: without exactly-once it may be ahead of the position after a crash.
    checkpoints.keep(model, settings, checkpoint);
    checkpoint.keep(() -> HistoryCodec.encode(history));
    context.schedule(
        config.publish().snapshotInterval(),
        PunctuationType.WALL_CLOCK_TIME,
        now -> publishSnapshotOfNewVersion());
    if (publishesInitial() && model.version() == initial.version()) {
      publishSoon();
    }
    LOG.info("Model {} continues from version {}", modelName, model.version());
  }

  /** The model as of the last commit, or the initial one. */
  private TrainState state() {
    byte[] committed = checkpoint.restore(this::isLost);
    if (committed == null) {
      checkpoints.require();
      return new TrainState(initial.copy(), History.NONE);
    }
    if (checkpoint.sourceIsNew()) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s is not the topic from which model %s has learned: it was deleted and created"
                  + " again. Its unlearned mini-batches are lost. Give the model another model.name or"
                  + " application, or run reset.",
              config.topics().miniBatches(),
              modelName));
    }
    return HistoryCodec.isHistory(committed) ? learnedAgain(committed) : earlier(committed);
  }

  /** Earlier versions kept the whole model at every commit. */
  private TrainState earlier(byte[] committed) {
    TrainState state = TrainStateCodec.decode(committed);
    requireSameShape(state.model());
    checkpoints.require();
    return state;
  }

  private void requireSameShape(Model model) {
    Mismatches.between(model, initial, "the state").refuse(modelName, config.application());
  }

  /** The model of the last checkpoint, and what it has seen of the log since. */
  private TrainState learnedAgain(byte[] history) {
    ModelCheckpoint last = checkpoints.restore();
    if (last == null) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "The state of application %s in topic %s has a position and no model. Restore that topic"
                  + " from a backup, or start over: run reset, or choose another model.name or"
                  + " application.",
              config.application(),
              LearnerTopology.modelChangelog(config)));
    }
    requireSameShape(last.model());
    new Relearning(config, facts.progress(), last).learnThrough(checkpoint.consumedThrough());
    checkpoint.goOnBehind(last.seenThrough());
    if (!last.settings().equals(settings)) {
      checkpoints.require(); // from here on the log is learned by these
    }
    return new TrainState(last.model(), HistoryCodec.decode(history));
  }

  /**
   * A model with another name starts fresh, besides the models that the store and the log already
   * have.
   */
  private boolean isLost(boolean storeIsEmpty, OptionalLong committed) {
    KafkaProgress progress = facts.progress();
    return progress.hasPublished()
        || (storeIsEmpty && committed.isPresent() && !progress.log().isOthersOnly());
  }

  /** With deleted records, no replay of the log could give the same model. */
  private void refuseHole(long deleted) {
    throw new LearnerException(
        String.format(
            Locale.ROOT,
            "%d records of topic %s were deleted before model %s had learned them. No replay could give"
                + " the same model. To start over, run reset, or give the model another model.name or"
                + " application.",
            deleted,
            config.topics().miniBatches(),
            modelName));
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata source = context.recordMetadata().orElseThrow();
    if (!checkpoint.moveTo(source.offset())) {
      return;
    }
    if (LogCommand.of(record.headers()) != null) {
      publishSnapshotOfNewVersion(); // so that a rollback to the present version is possible
    }
    checkpoints.grow(record.value() == null ? 0 : record.value().length);
    long start = System.nanoTime();
    LogLearner.Step step =
        learner.learn(record.key(), record.value(), record.headers(), source.offset());
    if (step instanceof LogLearner.Rejected rejected) {
      reject(record, rejected);
    } else if (step instanceof LogLearner.WentBack back) {
      goOnFrom(back.rollback());
    } else if (step instanceof LogLearner.Learned learned) {
      metrics.learned(learned.metrics().examples(), System.nanoTime() - start);
      publish(learned.metrics(), source);
      if (learned.metrics().batch() % config.publish().snapshotEvery() == 0) {
        publishSnapshotOfNewVersion();
      }
    }
  }

  private void goOnFrom(Rollback rollback) {
    LOG.warn(
        "Model {} was rolled back to version {} and continues as version {}",
        modelName,
        rollback.to(),
        rollback.version());
    history = history.with(rollback);
    publishSnapshotOfNewVersion();
  }

  private void publish(BatchMetrics batch, RecordMetadata source) {
    long now = context.currentSystemTimeMs();
    LogPosition position = new LogPosition(source.topic(), source.partition(), source.offset());
    byte[] value =
        CostCodec.encode(new BatchCost(modelName, batch, position, Instant.ofEpochMilli(now)));
    context.forward(new Record<>(key, value, now), COSTS);
  }

  /**
   * If labels come later than their events, events must be predicted before the first example
   * exists: the initial model predicts them.
   */
  private boolean publishesInitial() {
    return config.example().labels().isPresent();
  }

  /** Publishes as soon as the task runs. Before that, nothing can be forwarded. */
  private void publishSoon() {
    if (publishesSoon) {
      return;
    }
    publishesSoon = true;
    checkpoint.changed();
    AtomicReference<@Nullable Cancellable> tick = new AtomicReference<>();
    tick.set(
        context.schedule(
            Duration.ofMillis(1),
            PunctuationType.WALL_CLOCK_TIME,
            now -> {
              if (mayPublish()) {
                publishesSoon = false;
                publishSnapshotOfNewVersion();
                Objects.requireNonNull(tick.get()).cancel();
              }
            }));
  }

  /**
   * Without exactly-once the first snapshot waits for the first commit: a crash between them would
   * leave a snapshot without a state, which looks like a lost state.
   */
  private boolean mayPublish() {
    return config.guarantee() == Guarantee.EXACTLY_ONCE || checkpoint.isWritten();
  }

  private void publishSnapshotOfNewVersion() {
    Model model = learner.model();
    if (model.version() == publishedVersion
        || (model.version() == initial.version() && !publishesInitial())) {
      return;
    }
    if (!mayPublish()) {
      publishSoon();
      return;
    }
    long now = context.currentSystemTimeMs();
    Snapshot snapshot =
        Snapshot.of(
                modelName,
                model,
                history.rollback(),
                config.topics().miniBatches(),
                config.training().kernelKind(),
                Instant.ofEpochMilli(now))
            .by(Optional.of(config.application()));
    byte[] value = SnapshotCodec.encode(snapshot);
    keep(model.version(), value, now);
    context.forward(new Record<>(key, value, now), SNAPSHOTS);
    publishedVersion = model.version();
    metrics.published();
  }

  /**
   * Publishes the snapshot under its own key as well, and deletes the oldest ones above the limit.
   */
  private void keep(long version, byte[] snapshot, long now) {
    History all = history.with(version);
    history = all.newest(config.publish().keep());
    if (history.kept().contains(version)) {
      forwardKept(version, snapshot, now);
    }
    all.kept().stream()
        .filter(each -> each != version && !history.kept().contains(each))
        .forEach(each -> forwardKept(each, null, now));
    checkpoint.changed();
  }

  private void forwardKept(long version, byte @Nullable [] snapshot, long now) {
    byte[] keptKey = SnapshotKey.kept(modelName, version).bytes();
    context.forward(new Record<>(keptKey, snapshot, now), SNAPSHOTS);
  }

  private void reject(Record<byte[], byte[]> record, LogLearner.Rejected step) {
    Rejection why = step.why();
    if (++rejected
        == nextTold) { // a diverged model rejects everything, so only some rejections are logged
      nextTold *= 10;
      LOG.warn(
          "A mini-batch went to the dead letters ({} since the start): {}: {}",
          rejected,
          why.reason().code(),
          why.detail());
    }
    context.forward(deadLetters.of(record, why), DIVERGED);
    metrics.rejected(why.reason(), step.examples());
  }
}
