package io.millrace.app.run;

import io.millrace.app.kafka.AdminProgress;
import io.millrace.app.kafka.KafkaClients;
import io.millrace.app.process.Stop;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Model;
import io.millrace.learn.PublishedModel;
import io.millrace.telemetry.Telemetry;
import io.millrace.topology.ConfigDigest;
import io.millrace.topology.InitialModel;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.Preflight;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.TopicFacts;
import io.millrace.topology.topics.Topics;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running learner of this process: creates the topics, runs the topology, and stops it. */
public final class LearnerService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LearnerService.class);

  /** Leaves five seconds to the rest of the process before {@link Stop} ends it. */
  private static final Duration CLOSE = Duration.ofSeconds(20);

  private static final Duration CLOSE_AFTER_FAILURE = Duration.ofSeconds(10);
  private static final Duration CLOSE_IN_VAIN = Duration.ofSeconds(3);

  private final KafkaStreams streams;
  private final Stop stop;
  private final KafkaWatch watch;
  private final Admin admin;
  private final Duration transactionTimeout;
  private @Nullable PredictionService predictions;

  private LearnerService(
      Topology topology, MillraceConfig config, Stop stop, KafkaWatch watch, Admin admin) {
    Properties settings = settings(config);
    this.streams = new KafkaStreams(topology, settings);
    this.transactionTimeout =
        Duration.ofMillis(
            Long.parseLong(
                String.valueOf(settings.get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG))));
    this.stop = stop;
    this.admin = admin;
    this.watch = watch;
    StreamGuard.guard(streams, "learner", config.application(), stop, watch);
  }

  /** The client id shows the configuration of this instance to the other members of the group. */
  private static Properties settings(MillraceConfig config) {
    Properties settings = StreamsSettings.of(config);
    String clientId = String.valueOf(settings.get(StreamsConfig.CLIENT_ID_CONFIG));
    settings.put(StreamsConfig.CLIENT_ID_CONFIG, ConfigDigest.of(config).in(clientId));
    return settings;
  }

  /**
   * Starts learning.
   *
   * @param stop requested when the learner fails, too
   * @param published gets the snapshots
   * @param metrics count what the learner does
   * @param acceptNewPartitions whether partitions that were added to a source topic are accepted
   * @throws io.millrace.app.process.ExitException when Kafka cannot be reached
   * @throws ConfigException when the initial parameters do not fit, or Kafka refuses its properties
   */
  public static LearnerService start(
      MillraceConfig config,
      Stop stop,
      PublishedModel published,
      LearningMetrics metrics,
      boolean acceptNewPartitions)
      throws ConfigException {
    Preflight.check(config);
    Model initial = InitialModel.of(config);
    KafkaClients clients = new KafkaClients(config);
    Admin admin = clients.reach();
    try {
      new InstanceCheck(admin, config.application(), ConfigDigest.of(config))
          .requireSame(StreamsSettings.timeToLeave(config), stop);
      TopicFacts facts =
          new Topics(config, admin, acceptNewPartitions)
              .ensure()
              .with(new AdminProgress(config, clients, admin));
      Topology topology = LearnerTopology.build(
              config, initial, facts, published, metrics, stop::isRequested);
      KafkaWatch watch = KafkaWatch.start(config, admin, stop);
      LearnerService service = new LearnerService(topology, config, stop, watch, admin);
      service.streams.setGlobalStateRestoreListener(LearnerTopology.atEndOfSnapshots(published));
      stop.waitForLearner();
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
    if (predictions != null) {
      telemetry.watch(predictions.streams());
    }
  }

  /** The state of the application that predicts the events topic; empty without such a topic. */
  public Optional<State> predictionsState() {
    return Optional.ofNullable(predictions).map(service -> service.streams().state());
  }

  /** The state of Kafka Streams. */
  public State state() {
    return streams.state();
  }

  /** Whether Kafka has not answered for a while. */
  public boolean isSilent() {
    return watch.isSilent();
  }

  /**
   * Whether no thread here has a partition although no instance reads some partition: the group
   * runs another configuration.
   */
  public boolean hasNoPartitions() {
    return watch.hasUnassigned()
        && streams.state() == State.RUNNING
        && streams.metadataForLocalThreads().stream()
            .allMatch(thread -> thread.activeTasks().isEmpty());
  }

  /** Commits, leaves the group so that another instance takes over at once, and stops. */
  @Override
  public void close() {
    stop.interruptNoMore();
    // Without Kafka, a commit is not possible. After a failure it is not allowed, but leaving the
    // group is: before the session has ended, a reset would take the learner for a running one.
    Duration patience =
        watch.isSilent() ? CLOSE_IN_VAIN : stop.hasFailed() ? CLOSE_AFTER_FAILURE : CLOSE;
    long deadline = System.nanoTime() + patience.toNanos();
    watch.close();
    if (predictions != null) {
      predictions.close(leaveBefore(deadline));
    }
    if (!streams.close(leaveBefore(deadline))) {
      LOG.info("Kafka Streams did not close within {} seconds", patience.toSeconds());
    }
    admin.close(Duration.ZERO); // the tasks use it, too
  }

  private static CloseOptions leaveBefore(long deadline) {
    return CloseOptions.timeout(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))
        .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP);
  }
}
