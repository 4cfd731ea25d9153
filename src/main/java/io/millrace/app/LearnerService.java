package io.millrace.app;

import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.Model;
import io.millrace.telemetry.Telemetry;
import io.millrace.topology.InitialModel;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.TopicFacts;
import io.millrace.topology.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running learner of this process: the topics, the topology, and its end. */
final class LearnerService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LearnerService.class);
  private static final Duration CLOSE = Duration.ofSeconds(30);
  private static final Duration CLOSE_IN_VAIN = Duration.ofSeconds(5);
  private static final Duration REPLACING = Duration.ofMinutes(1);
  private static final int MOST_REPLACED = 10;

  private final KafkaStreams streams;
  private final Stop stop;
  private final KafkaWatch watch;
  private final Duration transactionTimeout;
  private final List<Long> replaced = new ArrayList<>();

  private LearnerService(Topology topology, MillraceConfig config, Stop stop, KafkaWatch watch) {
    Properties settings = StreamsSettings.of(config);
    this.streams = new KafkaStreams(topology, settings);
    this.transactionTimeout =
        Duration.ofMillis(
            Long.parseLong(
                String.valueOf(settings.get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG))));
    this.stop = stop;
    this.watch = watch;
    streams.setUncaughtExceptionHandler(this::onUncaught);
    streams.setStateListener(this::onState);
  }

  /**
   * Starts learning.
   *
   * @param stop requested when the learner fails, too
   * @param board shows it
   * @throws ExitException when Kafka cannot be reached
   * @throws ConfigException when the initial parameters do not fit
   */
  static LearnerService start(MillraceConfig config, Stop stop, LearnerBoard board)
      throws ConfigException {
    Model initial = InitialModel.of(config);
    Admin admin = new KafkaClients(config).reach();
    try {
      TopicFacts facts = new Topics(config, admin).ensure();
      Topology topology =
          LearnerTopology.build(config, initial, facts, board.published(), board.learningMetrics());
      KafkaWatch watch = KafkaWatch.start(config, admin, stop);
      LearnerService service = new LearnerService(topology, config, stop, watch);
      board.attach(service);
      service.streams.start();
      return service;
    } catch (RuntimeException e) {
      admin.close(Duration.ZERO);
      throw e;
    }
  }

  private StreamThreadExceptionResponse onUncaught(Throwable e) {
    LOG.debug("A stream thread failed", e);
    StreamFailure failure = StreamFailure.of(e);
    if (failure.passes() && mayReplace()) {
      if (!watch.explainsFailures()) { // else it is said already
        LOG.warn("Kafka is in trouble ({}); the learner tries again", failure.line());
      }
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    stop.fail("The learner stopped: " + failure.line());
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** What comes again at once, and again, does not pass. */
  private synchronized boolean mayReplace() {
    long now = System.nanoTime();
    replaced.removeIf(at -> now - at > REPLACING.toNanos());
    replaced.add(now);
    return replaced.size() <= MOST_REPLACED;
  }

  private void onState(State now, State before) {
    LOG.info("Kafka Streams: {} to {}", before, now);
    if (now == State.ERROR) {
      stop.fail("The learner stopped: Kafka Streams gave up");
    }
  }

  /** Adds the meters of Kafka Streams. */
  void show(Telemetry telemetry) {
    telemetry.watch(streams, transactionTimeout);
  }

  /** The state of Kafka Streams. */
  State state() {
    return streams.state();
  }

  /** Whether Kafka has not answered for a while. */
  boolean isSilent() {
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
    if (!streams.close(options)) {
      LOG.info("Kafka Streams did not close within {} seconds", patience.toSeconds());
    }
  }
}
