package io.millrace.app;

import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.topology.InitialModel;
import io.millrace.topology.LearnerException;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.Topics;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
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

  private final KafkaStreams streams;
  private final Stop stop;

  private LearnerService(Topology topology, MillraceConfig config, Stop stop) {
    this.streams = new KafkaStreams(topology, StreamsSettings.of(config));
    this.stop = stop;
    streams.setUncaughtExceptionHandler(this::onUncaught);
    streams.setStateListener(this::onState);
  }

  /**
   * Starts learning.
   *
   * @param stop requested when the learner fails, too
   * @throws ExitException when Kafka cannot be reached
   * @throws ConfigException when the initial parameters do not fit
   */
  static LearnerService start(MillraceConfig config, Stop stop) throws ConfigException {
    Topology topology = LearnerTopology.build(config, InitialModel.of(config.model()));
    try (Admin admin = new KafkaClients(config).reach()) {
      new Topics(config, admin).ensure();
    }
    LearnerService service = new LearnerService(topology, config, stop);
    service.streams.start();
    return service;
  }

  private StreamThreadExceptionResponse onUncaught(Throwable e) {
    LOG.debug("A stream thread failed", e);
    stop.fail("The learner stopped: " + readable(e));
    // A fault in learning must stop the learner, not be skipped: nothing of the batch that it
    // happened in is committed.
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private void onState(State now, State before) {
    LOG.info("Kafka Streams: {} to {}", before, now);
    if (now == State.ERROR) {
      stop.fail("The learner stopped: Kafka Streams gave up");
    }
  }

  private static String readable(Throwable failure) {
    Throwable root = failure;
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof LearnerException) {
        return String.valueOf(e.getMessage());
      }
      root = e;
    }
    return "%s: %s".formatted(root.getClass().getSimpleName(), root.getMessage());
  }

  /** Commits, leaves the group so that another instance takes over at once, and stops. */
  @Override
  public void close() {
    CloseOptions options =
        CloseOptions.timeout(CLOSE)
            .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP);
    if (!streams.close(options)) {
      LOG.warn("Kafka Streams did not close within {} seconds", CLOSE.toSeconds());
    }
  }
}
