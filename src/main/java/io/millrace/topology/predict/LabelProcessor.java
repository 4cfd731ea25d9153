package io.millrace.topology.predict;

import io.millrace.codec.event.ExampleDecoder;
import io.millrace.codec.log.WaitingLabel;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.learn.LearningMetrics;
import io.millrace.topology.Checkpoint;
import io.millrace.topology.ExampleDecoders;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.TopicFacts;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks the labels of the labels topic before they are joined with their events. */
final class LabelProcessor implements FixedKeyProcessor<byte[], byte[], ProcessedRecord> {
  static final String LABELS_POSITION = "labels-position";

  private static final Logger LOG = LoggerFactory.getLogger(LabelProcessor.class);

  private final String topic;
  private final String group;
  private final LearningMetrics metrics;
  private final TopicFacts facts;
  private final RecordTimes times;
  private final ExampleDecoder decoder;
  private final MiniBatch label;
  private FixedKeyProcessorContext<byte[], ProcessedRecord> context;
  private Checkpoint checkpoint;

  LabelProcessor(
      MillraceConfig config, TopicFacts facts, RecordTimes times, LearningMetrics metrics) {
    ModelConfig model = config.model();
    this.topic = config.example().labels().orElseThrow().topic();
    this.group = StreamsSettings.predictions(config);
    this.metrics = metrics;
    this.facts = facts;
    this.times = times;
    this.decoder = ExampleDecoders.ofLabels(config);
    this.label = new MiniBatch(model.denseInputs(), model.sparseInputs(), model.outputs(), 1);
  }

  @Override
  public void init(FixedKeyProcessorContext<byte[], ProcessedRecord> context) {
    this.context = context;
    TopicPartition partition = new TopicPartition(topic, context.taskId().partition());
    this.checkpoint =
        Checkpoint.ofPosition(
            context.getStateStore(LABELS_POSITION),
            new Checkpoint.Source(
                partition,
                facts.joined().orElseThrow().labels(),
                group,
                facts.progress(),
                deleted -> tellMissed(partition, deleted)),
            true);
  }

  private void tellMissed(TopicPartition partition, long deleted) {
    LOG.warn(
        "{} records of topic {}, partition {}, were deleted before they were joined with their"
            + " events; the join continues with the next record",
        deleted,
        partition.topic(),
        partition.partition());
    metrics.missedLabels(deleted);
  }

  @Override
  public void process(FixedKeyRecord<byte[], byte[]> record) {
    RecordMetadata source = context.recordMetadata().orElseThrow();
    if (!checkpoint.moveTo(source.offset())) {
      return;
    }
    long time = RecordTimes.asItCame(record);
    byte[] value = record.value();
    Rejection rejection =
        record.key() == null
            ? new Rejection(
                Reason.MISSING_FIELD, "The key is absent: no event can be joined to this label")
            : decoder.decode(value, label);
    if (rejection == null && time != record.timestamp()) {
      rejection = times.refusal(time, source);
    }
    ProcessedRecord processed =
        rejection != null
            ? ProcessedRecord.refused(value, time, rejection)
            : new ProcessedRecord(
                value,
                time,
                null,
                null,
                new WaitingLabel(value, record.headers(), source.offset(), time).encode());
    context.forward(record.withValue(processed));
  }
}
