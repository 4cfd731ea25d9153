package io.millrace.topology;

import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.ConfigReader;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.PublishedModel;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.streams.Topology;

/** A small learner: two inputs, mini-batches of three. */
public final class LearnerFixture {
  private static final String YAML =
      """
      application: flights
      kafka: {bootstrap.servers: nowhere:9092}
      topics: {examples: in, miniBatches: log, costs: costs, snapshots: models, deadLetters: dead}
      model: {inputs: 2, hidden: 3, outputs: 1}
      training: {batchSize: 3, maxWait: 10s, learningRate: {initial: 0.5, decay: 0.25}}
      publish: {snapshotEvery: 2, snapshotInterval: 1m, keep: 0}
      """;

  /** As of topics with the broker's limits. */
  static final TopicFacts FACTS =
      new TopicFacts(
          new Uuid(1, 1),
          new Uuid(2, 2),
          (int) RecordSizes.BROKER_DEFAULT,
          AcceptedTimes.any("predictions"),
          Optional.empty());

  private LearnerFixture() {}

  public static MillraceConfig config(String... overrides) {
    try {
      return ConfigReader.read(YAML, "c.yaml", List.of(overrides), name -> null);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The topology from the configured start. */
  static Topology topology(MillraceConfig config) throws ConfigException {
    return topology(config, () -> false);
  }

  /**
   * The same.
   *
   * @param isStopping whether the whole model is written at every commit
   */
  static Topology topology(MillraceConfig config, BooleanSupplier isStopping)
      throws ConfigException {
    return LearnerTopology.build(
        config, InitialModel.of(config), FACTS, new PublishedModel(), LearningMetrics.NONE, isStopping);
  }
}
