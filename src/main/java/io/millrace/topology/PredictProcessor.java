package io.millrace.topology;

import io.millrace.codec.ExampleDecoder;
import io.millrace.codec.PredictionCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.example.MiniBatch;
import io.millrace.example.Rejection;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Predictor;
import io.millrace.learn.PublishedModel;
import io.millrace.learn.Snapshot;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * Predicts each event with the newest snapshot that this instance knows. Key, headers and time of
 * the event are kept.
 */
final class PredictProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private final MillraceConfig config;
  private final TopicFacts facts;
  private final PublishedModel published;
  private final LearningMetrics metrics;
  private final ExampleDecoder decoder;
  private final PredictionCodec codec;
  private final MiniBatch event;
  private ProcessorContext<byte[], byte[]> context;
  private DeadLetters deadLetters;
  private @Nullable Predictor predictor;

  PredictProcessor(
      MillraceConfig config, TopicFacts facts, PublishedModel published, LearningMetrics metrics) {
    ModelConfig model = config.model();
    this.config = config;
    this.facts = facts;
    this.published = published;
    this.metrics = metrics;
    this.decoder = ExampleDecoders.withoutLabel(config);
    this.codec = new PredictionCodec(model.output(), config.example().label());
    this.event = new MiniBatch(model.inputs(), model.outputs(), 1);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.deadLetters = new DeadLetters(context, facts.largestDeadLetter());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Rejection rejection = decoder.decode(record.value(), event);
    if (rejection != null) {
      context.forward(deadLetters.of(record, rejection), PredictionTopology.REJECTED);
      metrics.rejected(rejection.reason(), 0);
      return;
    }
    RecordMetadata source = context.recordMetadata().orElseThrow();
    event.append(source.partition(), source.offset());
    Predictor newest = newest();
    DMatrixRMaj prediction = newest.predict(event.xt());
    event.clear();
    byte[] value =
        codec.encode(
            newest.snapshot(),
            prediction,
            config.predictions().includeEvent() ? record.value() : null);
    context.forward(record.withValue(value), PredictionTopology.PREDICTIONS);
    metrics.predicted(1);
  }

  /** The last one is kept where the snapshot was deleted since. */
  private Predictor newest() {
    Snapshot snapshot = published.newest().map(PublishedModel.Publication::snapshot).orElse(null);
    Predictor current = predictor;
    if (snapshot != null && (current == null || !current.isOf(snapshot))) {
      current = new Predictor(snapshot);
      predictor = current;
    }
    if (current == null) {
      throw new LearnerException(
          "The snapshot of model %s was deleted from topic %s before an event was predicted"
              .formatted(config.model().name(), config.topics().snapshots()));
    }
    return current;
  }
}
