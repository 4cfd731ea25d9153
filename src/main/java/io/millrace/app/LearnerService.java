package io.millrace.app;

import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.Model;
import io.millrace.topology.InitialModel;
import io.millrace.topology.LearnerException;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.TopicFacts;
import io.millrace.topology.Topics;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
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
    Model initial = InitialModel.of(config);
    TopicFacts facts;
    try (Admin admin = new KafkaClients(config).reach()) {
      facts = new Topics(config, admin).ensure();
    }
    Topology topology = LearnerTopology.build(config, initial, facts);
    LearnerService service = new LearnerService(topology, config, stop);
    service.streams.start();
    return service;
  }

  /**
   * What to do about a failure that Kafka Streams does not handle by itself. Nothing of what was
   * under way is committed in either case.
   *
   * <ul>
   *   <li>Kafka did not answer in time: a new thread starts from the last commit and waits on.
   *   <li>Anything else, a fault in learning above all, would come again with the next thread: the
   *       learner stops.
   * </ul>
   */
  private StreamThreadExceptionResponse onUncaught(Throwable e) {
    LOG.debug("A stream thread failed", e);
    if (causes(e).anyMatch(LearnerService::passes)) {
      LOG.warn("Kafka does not answer ({}); the learner waits and goes on", rootMessage(e));
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    stop.fail("The learner stopped: " + readable(e));
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private static boolean passes(Throwable e) {
    return e instanceof TimeoutException || e instanceof DisconnectException;
  }

  private void onState(State now, State before) {
    LOG.info("Kafka Streams: {} to {}", before, now);
    if (now == State.ERROR) {
      stop.fail("The learner stopped: Kafka Streams gave up");
    }
  }

  private static String readable(Throwable failure) {
    return causes(failure)
        .filter(e -> e instanceof LearnerException || e instanceof MissingSourceTopicException)
        .findFirst()
        .map(e -> String.valueOf(e.getMessage()))
        .orElseGet(() -> rootMessage(failure));
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = causes(failure).reduce(failure, (before, last) -> last);
    return "%s: %s".formatted(root.getClass().getSimpleName(), root.getMessage());
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
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
