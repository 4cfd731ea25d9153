package io.millrace.topology.predict;

import io.millrace.codec.log.ServedEvent;
import io.millrace.codec.log.WaitingLabel;
import io.millrace.config.LabelsConfig;
import io.millrace.config.MillraceConfig;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.learn.LearningMetrics;
import io.millrace.topology.DeadLetters;
import io.millrace.topology.JoinedExample;
import io.millrace.topology.TopicFacts;
import java.util.Locale;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Makes an example of an event and its label. A label without an event goes to the dead letters; an
 * event without a label, which was predicted like any other, is counted.
 */
final class PairProcessor implements Processor<byte[], Pair, byte[], byte[]> {
  static final String EXAMPLES = "examples";
  static final String REJECTED_PAIRS = "rejected-pairs";

  private final MillraceConfig config;
  private final LabelsConfig labels;
  private final TopicFacts facts;
  private final LearningMetrics metrics;
  private ProcessorContext<byte[], byte[]> context;
  private DeadLetters deadLetters;

  PairProcessor(MillraceConfig config, TopicFacts facts, LearningMetrics metrics) {
    this.config = config;
    this.labels = config.example().labels().orElseThrow();
    this.facts = facts;
    this.metrics = metrics;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.deadLetters = new DeadLetters(context, facts.largestDeadLetter());
  }

  @Override
  public void process(Record<byte[], Pair> record) {
    byte[] event = record.value().event();
    byte[] label = record.value().label();
    if (label == null) {
      metrics.neverLabelled();
    } else if (event == null) {
      refuse(record.key(), WaitingLabel.decode(label));
    } else {
      join(record, ServedEvent.decode(event), WaitingLabel.decode(label));
    }
  }

  private void join(Record<byte[], Pair> record, ServedEvent event, WaitingLabel label) {
    TopicFacts.Joined joined = facts.joined().orElseThrow();
    // What waited for long may be too old by now; the time of an example counts for nothing else.
    long time = joined.exampleTimes().nearest(record.timestamp(), context.currentSystemTimeMs());
    Record<byte[], byte[]> example =
        new Record<>(record.key(), event.event(), time, JoinedExample.headers(event, label));
    int largest = joined.largestExample();
    if (DeadLetters.size(example) > largest) {
      Rejection why =
          new Rejection(
              Reason.WRONG_SIZE,
              String.format(
                  Locale.ROOT,
                  "The event and its label (%d bytes) are too large for topic %s: it accepts %d bytes",
                  DeadLetters.size(example),
                  config.topics().examples(),
                  largest));
      context.forward(deadLetters.of(example, why), REJECTED_PAIRS);
      metrics.rejected(why.reason(), 1);
      return;
    }
    context.forward(example, EXAMPLES);
    metrics.labelled();
  }

  private void refuse(byte[] key, WaitingLabel label) {
    Rejection why =
        new Rejection(
            Reason.NO_EVENT,
            String.format(
                Locale.ROOT,
                "No event with the key of this label arrived on topic %s, at most %d s before or %d s after the label",
                config.topics().events().orElseThrow(),
                labels.within().toSeconds(),
                labels.grace().toSeconds()));
    Record<byte[], byte[]> record =
        new Record<>(key, label.value(), label.timestamp(), label.headers());
    context.forward(
        deadLetters.of(record, why, labels.topic(), context.taskId().partition(), label.offset()),
        REJECTED_PAIRS);
    metrics.rejected(why.reason(), 0);
  }
}
