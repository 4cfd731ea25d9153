package io.millrace.topology.predict;

import io.millrace.config.LabelsConfig;
import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.PublishedModel;
import io.millrace.topology.AcceptedTimes;
import io.millrace.topology.LiveStore;
import io.millrace.topology.RecordSizes;
import io.millrace.topology.TopicFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;

/**
 * Predicts a stream of events. If labels come later, it also makes examples of events and labels.
 * It is a separate application with its own threads. So it never delays the learner, and it can
 * start when there is a model.
 *
 * <pre>
 *   events topic (P partitions)                            labels topic (P partitions)
 *       |   decode, scale, forward    refused: dead-letters     |   decode    refused: dead-letters
 *       |-> predictions topic                                   |
 *       v                                                       v
 *   the event and what was predicted  -------- join by key within the window --------
 *                                                 |      label alone: dead-letters
 *                                                 v      event alone: counted
 *                                           examples topic
 * </pre>
 *
 * Training has no part in this: what it learns, the prediction that was served included, is what
 * the examples topic, and then the log, says.
 */
public final class PredictionTopology {
  private static final String JOIN = "labelled-events";
  private static final String PAIR = "pair";
  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  private PredictionTopology() {}

  /**
   * Builds the topology.
   *
   * @param config the settings, checked; there is an events topic
   * @param facts the facts about the topics
   * @param published must have a snapshot before the topology starts
   * @param metrics count predictions and joins
   */
  public static Topology build(
      MillraceConfig config, TopicFacts facts, PublishedModel published, LearningMetrics metrics) {
    TopicsConfig topics = config.topics();
    boolean isJoined = config.example().labels().isPresent();
    StreamsBuilder builder = new StreamsBuilder();
    if (isJoined) {
      builder.addStateStore(LiveStore.builder(PredictProcessor.EVENTS_POSITION));
      builder.addStateStore(LiveStore.builder(LabelProcessor.LABELS_POSITION));
    }
    RecordTimes eventTimes = eventTimes(config, facts);
    KStream<byte[], ProcessedRecord> events =
        read(
            builder,
            topics.events().orElseThrow(),
            eventTimes,
            () -> new PredictProcessor(config, facts, eventTimes, published, metrics),
            "predict",
            isJoined ? new String[] {PredictProcessor.EVENTS_POSITION} : new String[0]);
    events
        .flatMapValues(ProcessedRecord::predictions)
        .to(topics.predictions(), Produced.with(BYTES, BYTES));
    refuse(events, config, facts, metrics);
    if (!isJoined) {
      return builder.build();
    }
    RecordTimes labelTimes = labelTimes(config, facts);
    KStream<byte[], ProcessedRecord> labels =
        read(
            builder,
            config.example().labels().orElseThrow().topic(),
            labelTimes,
            () -> new LabelProcessor(config, facts, labelTimes, metrics),
            "check",
            LabelProcessor.LABELS_POSITION);
    refuse(labels, config, facts, metrics);
    events
        .flatMapValues(ProcessedRecord::waitings)
        .outerJoin(
            labels.flatMapValues(ProcessedRecord::waitings),
            Pair::new,
            window(config.example().labels().orElseThrow()),
            inMemory(config))
        .process(() -> new PairProcessor(config, facts, metrics), Named.as(PAIR));
    Serializer<byte[]> write = new ByteArraySerializer();
    return builder
        .build()
        .addSink(PairProcessor.EXAMPLES, topics.examples(), write, write, PAIR)
        .addSink(PairProcessor.REJECTED_PAIRS, topics.deadLetters(), write, write, PAIR);
  }

  /** The time of an event is that of its prediction, and of what waits for its label. */
  private static RecordTimes eventTimes(MillraceConfig config, TopicFacts facts) {
    List<AcceptedTimes> outputs = new ArrayList<>(List.of(facts.predictionTimes()));
    facts.joined().map(TopicFacts.Joined::waitingTimes).ifPresent(outputs::add);
    return new RecordTimes(outputs, grace(config), System::currentTimeMillis);
  }

  private static RecordTimes labelTimes(MillraceConfig config, TopicFacts facts) {
    List<AcceptedTimes> outputs = List.of(facts.joined().orElseThrow().waitingTimes());
    return new RecordTimes(outputs, grace(config), System::currentTimeMillis);
  }

  private static Optional<Duration> grace(MillraceConfig config) {
    return config.example().labels().map(LabelsConfig::grace);
  }

  private static KStream<byte[], ProcessedRecord> read(
      StreamsBuilder builder,
      String topic,
      RecordTimes times,
      FixedKeyProcessorSupplier<byte[], byte[], ProcessedRecord> processor,
      String name,
      String... stores) {
    return builder.stream(
            topic,
            Consumed.with(BYTES, BYTES)
                .withTimestampExtractor(times)
                .withOffsetResetPolicy(AutoOffsetReset.earliest()))
        .processValues(processor, Named.as(name), stores);
  }

  private static void refuse(
      KStream<byte[], ProcessedRecord> arrivals,
      MillraceConfig config,
      TopicFacts facts,
      LearningMetrics metrics) {
    arrivals
        .filter((key, processed) -> processed.isRefused())
        .process(() -> new RefusalProcessor(facts, metrics))
        .to(config.topics().deadLetters(), Produced.with(BYTES, BYTES));
  }

  /** A label belongs to events up to {@code within} before it; the clocks may differ by grace. */
  private static JoinWindows window(LabelsConfig labels) {
    return JoinWindows.ofTimeDifferenceAndGrace(labels.within(), labels.grace())
        .before(labels.grace());
  }

  /**
   * The store in which events and labels wait for each other: in memory, restored from changelogs.
   */
  private static StreamJoined<byte[], byte[], byte[]> inMemory(MillraceConfig config) {
    long largest = RecordSizes.of(config).largestRequest();
    return StreamJoined.with(BYTES, BYTES, BYTES)
        .withDslStoreSuppliers(new BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers())
        .withLoggingEnabled(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.toString(largest)))
        .withName(JOIN)
        .withStoreName(JOIN);
  }
}
