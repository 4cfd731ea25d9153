package io.millrace.topology.predict;

import io.millrace.example.Rejection;
import io.millrace.learn.LearningMetrics;
import io.millrace.topology.DeadLetters;
import io.millrace.topology.TopicFacts;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Makes dead letters of rejected events and labels. */
final class RefusalProcessor implements Processor<byte[], ProcessedRecord, byte[], byte[]> {
  private final TopicFacts facts;
  private final LearningMetrics metrics;
  private ProcessorContext<byte[], byte[]> context;
  private DeadLetters deadLetters;

  RefusalProcessor(TopicFacts facts, LearningMetrics metrics) {
    this.facts = facts;
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.deadLetters = new DeadLetters(context, facts.largestDeadLetter());
  }

  @Override
  public void process(Record<byte[], ProcessedRecord> record) {
    ProcessedRecord refused = record.value();
    Rejection why = Objects.requireNonNull(refused.refusal());
    context.forward(deadLetters.of(record.withValue(refused.value()), refused.time(), why));
    metrics.rejected(why.reason(), 0);
  }
}
