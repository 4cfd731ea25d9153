package io.millrace.app.run;

import io.millrace.app.process.Stop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides whether Kafka Streams continues when one of its threads fails. */
final class StreamGuard {
  private static final Logger LOG = LoggerFactory.getLogger(StreamGuard.class);
  private static final Duration REPLACING = Duration.ofMinutes(1);
  private static final int MOST_REPLACED = 20;

  private final String name;
  private final String application;
  private final Stop stop;
  private final KafkaWatch watch;
  private final List<Long> replaced = new ArrayList<>();

  private StreamGuard(String name, String application, Stop stop, KafkaWatch watch) {
    this.name = name;
    this.application = application;
    this.stop = stop;
    this.watch = watch;
  }

  /**
   * Guards streams that are not started yet.
   *
   * @param name their name in messages, such as {@code learner}
   * @param application of the configuration
   * @param stop requested when they cannot continue
   */
  static void guard(
      KafkaStreams streams, String name, String application, Stop stop, KafkaWatch watch) {
    StreamGuard guard = new StreamGuard(name, application, stop, watch);
    streams.setUncaughtExceptionHandler(guard::onUncaught);
    streams.setStateListener(guard::onState);
  }

  private StreamThreadExceptionResponse onUncaught(Throwable e) {
    LOG.debug("A stream thread failed", e);
    StreamFailure failure = StreamFailure.of(e, application);
    if (failure.passes() && mayReplace()) {
      if (!watch.explainsFailures()) { // otherwise it was reported already
        LOG.warn("Kafka had a problem ({}); the {} tries again", failure.line(), name);
      }
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    stop.fail(String.format(Locale.ROOT, "The %s stopped: %s", name, failure.line()));
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** A failure that occurs again and again at short intervals is not temporary. */
  private synchronized boolean mayReplace() {
    long now = System.nanoTime();
    replaced.removeIf(at -> now - at > REPLACING.toNanos());
    replaced.add(now);
    return replaced.size() <= MOST_REPLACED;
  }

  private void onState(State now, State before) {
    LOG.info("Kafka Streams, the {}: {} to {}", name, before, now);
    if (now == State.ERROR) {
      stop.fail(
          String.format(Locale.ROOT, "The %s stopped: Kafka Streams ended with an error", name));
    }
  }
}
