package io.millrace.topology.predict;

import io.millrace.codec.event.ExampleDecoder;
import io.millrace.codec.log.ServedCodec;
import io.millrace.codec.log.ServedEvent;
import io.millrace.codec.published.PredictionCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Predictor;
import io.millrace.learn.PublishedModel;
import io.millrace.learn.Snapshot;
import io.millrace.topology.Checkpoint;
import io.millrace.topology.ExampleDecoders;
import io.millrace.topology.SourceGaps;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.TopicFacts;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Predicts each event with the newest snapshot that this instance knows. Key, headers and time of
 * the event are kept, except a time that {@link RecordTimes} does not trust. If labels come later,
 * the event and its prediction then wait for the label.
 */
final class PredictProcessor implements FixedKeyProcessor<byte[], byte[], ProcessedRecord> {
  static final String EVENTS_POSITION = "events-position";

  private static final Logger LOG = LoggerFactory.getLogger(PredictProcessor.class);
  private static final byte[] NONE = {};

  private final MillraceConfig config;
  private final TopicFacts facts;
  private final RecordTimes times;
  private final PublishedModel published;
  private final LearningMetrics metrics;
  private final boolean isJoined;
  private final ExampleDecoder decoder;
  private final PredictionCodec codec;
  private final MiniBatch event;
  private FixedKeyProcessorContext<byte[], ProcessedRecord> context;
  private @Nullable Checkpoint checkpoint;
  private @Nullable SourceGaps gaps;
  private @Nullable Predictor predictor;

  PredictProcessor(
      MillraceConfig config,
      TopicFacts facts,
      RecordTimes times,
      PublishedModel published,
      LearningMetrics metrics) {
    ModelConfig model = config.model();
    this.config = config;
    this.facts = facts;
    this.times = times;
    this.published = published;
    this.metrics = metrics;
    this.isJoined = config.example().labels().isPresent();
    this.decoder = ExampleDecoders.withoutLabel(config);
    this.codec = new PredictionCodec(model.output(), config.example().label());
    this.event = new MiniBatch(model.denseInputs(), model.sparseInputs(), model.outputs(), 1);
  }

  @Override
  public void init(FixedKeyProcessorContext<byte[], ProcessedRecord> context) {
    this.context = context;
    int number = context.taskId().partition();
    String group = StreamsSettings.predictions(config);
    TopicPartition partition = new TopicPartition(config.topics().events().orElseThrow(), number);
    Checkpoint.Source source =
        new Checkpoint.Source(
            partition,
            facts.joined().map(TopicFacts.Joined::events).orElse(Uuid.ZERO_UUID),
            group,
            facts.progress(),
            deleted -> tellMissed(partition, deleted));
    if (config.example().labels().isEmpty()) {
      gaps = SourceGaps.fromCommitted(source);
      return;
    }
    TopicPartition labels = new TopicPartition(config.example().labels().get().topic(), number);
    checkpoint =
        Checkpoint.ofPosition(
            context.getStateStore(EVENTS_POSITION),
            source,
            facts.progress().committed(group, labels).isPresent());
  }

  private void tellMissed(TopicPartition partition, long deleted) {
    LOG.warn(
        "{} records of topic {}, partition {}, were deleted before they were predicted; the"
            + " predictions continue with the next record",
        deleted,
        partition.topic(),
        partition.partition());
    metrics.missedEvents(deleted);
  }

  @Override
  public void process(FixedKeyRecord<byte[], byte[]> record) {
    RecordMetadata source = context.recordMetadata().orElseThrow();
    if (checkpoint != null && !checkpoint.moveTo(source.offset())) {
      return;
    }
    if (gaps != null) {
      gaps.moveTo(source.offset());
    }
    long time = RecordTimes.asItCame(record);
    byte[] value = record.value();
    Rejection rejection = decoder.decode(value, event);
    if (rejection == null && time != record.timestamp()) {
      rejection = times.refusal(time, source);
    }
    if (rejection != null) {
      context.forward(record.withValue(ProcessedRecord.refused(value, time, rejection)));
      return;
    }
    event.append(source.partition(), source.offset());
    Predictor newest = newest();
    DMatrixRMaj prediction = newest.predict(event.xt(), event.xs());
    event.clear();
    byte[] json =
        codec.encode(
            newest.snapshot(), prediction, config.predictions().includeEvent() ? value : null);
    metrics.predicted(1);
    Rejection unjoinable = isJoined && record.key() == null ? noKey() : null;
    byte[] waiting = isJoined && unjoinable == null ? waiting(value, newest) : null;
    context.forward(record.withValue(new ProcessedRecord(value, time, unjoinable, json, waiting)));
  }

  private static Rejection noKey() {
    return new Rejection(
        Reason.MISSING_FIELD,
        "The key is absent: the event was predicted, but no label can be joined to it");
  }

  private byte[] waiting(byte[] value, Predictor newest) {
    byte[] served =
        newest
            .served()
            .map(prediction -> ServedCodec.encode(config.model().name(), prediction))
            .orElse(NONE);
    return new ServedEvent(value, served).encode();
  }

  /**
   * The newest snapshot. If it was deleted since, the last one stays in use, also for new tasks.
   */
  private Predictor newest() {
    Snapshot snapshot = published.last().orElseThrow().snapshot();
    Predictor current = predictor;
    if (current == null || !current.isOf(snapshot)) {
      current = new Predictor(snapshot);
      predictor = current;
    }
    return current;
  }
}
