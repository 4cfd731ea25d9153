package io.millrace.app.run;

import io.millrace.app.kafka.KafkaClients;
import io.millrace.app.process.Stop;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Model;
import io.millrace.learn.PublishedModel;
import io.millrace.telemetry.Telemetry;
import io.millrace.topology.InitialModel;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.TopicFacts;
import io.millrace.topology.Topics;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.Topology;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running learner of this process: the topics, the topology, and its end. */
public final class LearnerService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LearnerService.class);
  private static final Duration CLOSE = Duration.ofSeconds(30);
  private static final Duration CLOSE_IN_VAIN = Duration.ofSeconds(5);

  private final KafkaStreams streams;
  private final Stop stop;
  private final KafkaWatch watch;
  private final Duration transactionTimeout;
  private @Nullable PredictionService predictions;

  private LearnerService(Topology topology, MillraceConfig config, Stop stop, KafkaWatch watch) {
    Properties settings = StreamsSettings.of(config);
    this.streams = new KafkaStreams(topology, settings);
    this.transactionTimeout =
        Duration.ofMillis(
            Long.parseLong(
                String.valueOf(settings.get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG))));
    this.stop = stop;
    this.watch = watch;
    StreamGuard.guard(streams, "learner", stop, watch);
  }

  /**
   * Starts learning.
   *
   * @param stop requested when the learner fails, too
   * @param published gets the snapshots
   * @param metrics are told what the learner does
   * @throws io.millrace.app.process.ExitException when Kafka cannot be reached
   * @throws ConfigException when the initial parameters do not fit
   */
  public static LearnerService start(
      MillraceConfig config, Stop stop, PublishedModel published, LearningMetrics metrics)
      throws ConfigException {
    Model initial = InitialModel.of(config);
    Admin admin = new KafkaClients(config).reach();
    try {
      TopicFacts facts = new Topics(config, admin).ensure();
      Topology topology = LearnerTopology.build(config, initial, facts, published, metrics);
      KafkaWatch watch = KafkaWatch.start(config, admin, stop);
      LearnerService service = new LearnerService(topology, config, stop, watch);
      service.streams.start();
      if (config.topics().events().isPresent()) {
        service.predictions =
            PredictionService.start(config, facts, published, metrics, stop, watch);
      }
      return service;
    } catch (RuntimeException e) {
      admin.close(Duration.ZERO);
      throw e;
    }
  }

  /** Adds the meters of Kafka Streams. */
  public void show(Telemetry telemetry) {
    telemetry.watch(streams, transactionTimeout);
  }

  /** The state of Kafka Streams. */
  public State state() {
    return streams.state();
  }

  /** Whether Kafka has not answered for a while. */
  public boolean isSilent() {
    return watch.isSilent();
  }

  /** Commits, leaves the group so that another instance takes over at once, and stops. */
  @Override
  public void close() {
    // Without a Kafka nothing can be committed; after a failure nothing may be.
    Duration patience = stop.hasFailed() || watch.isSilent() ? CLOSE_IN_VAIN : CLOSE;
    watch.close();
    CloseOptions options =
        CloseOptions.timeout(patience)
            .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP);
    if (predictions != null) {
      predictions.close(options);
    }
    if (!streams.close(options)) {
      LOG.info("Kafka Streams did not close within {} seconds", patience.toSeconds());
    }
  }
}
