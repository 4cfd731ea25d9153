package io.millrace.topology;

import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.PublishedModel;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;

/**
 * The predictions of a stream of events. It runs as an application of its own beside the learner,
 * with threads of its own: nothing that it does, or waits for, comes between the learner and the
 * next mini-batch, and it can begin when there is a model.
 *
 * <pre>
 *   events topic (P partitions)
 *       |   predict task, one a partition:  decode, scale, forward     rejected: dead-letters
 *       v
 *   predictions topic
 * </pre>
 */
public final class PredictionTopology {
  static final String PREDICTIONS = "predictions";
  static final String REJECTED = "rejected-events";

  private PredictionTopology() {}

  /**
   * Builds the topology.
   *
   * @param config the settings, checked; there is an events topic
   * @param facts what Kafka says of the topics
   * @param published has a snapshot before the topology is started
   * @param metrics told what is predicted
   */
  public static Topology build(
      MillraceConfig config, TopicFacts facts, PublishedModel published, LearningMetrics metrics) {
    TopicsConfig topics = config.topics();
    Deserializer<byte[]> read = new ByteArrayDeserializer();
    Serializer<byte[]> write = new ByteArraySerializer();
    return new Topology()
        .addSource(
            AutoOffsetReset.earliest(),
            "events",
            LearnerTopology.TIME,
            read,
            read,
            topics.events().orElseThrow())
        .addProcessor(
            "predict", () -> new PredictProcessor(config, facts, published, metrics), "events")
        .addSink(PREDICTIONS, topics.predictions(), write, write, "predict")
        .addSink(REJECTED, topics.deadLetters(), write, write, "predict");
  }
}
