package io.millrace.app.run;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Remembers when Kafka last answered. Reports an outage once at its start and once at its end. */
final class OutageDetector {
  /** For this time after an outage, a failure still belongs to it. */
  private static final Duration SETTLING = Duration.ofSeconds(15);

  private final String servers;
  private final Duration patience;
  private long answeredAt;
  private boolean silent;
  private boolean settling;
  private long endedAt;

  /**
   * @param patience how long Kafka may be silent before that is reported
   * @param now in nanoseconds, as of {@link System#nanoTime}
   */
  OutageDetector(String servers, Duration patience, long now) {
    this.servers = servers;
    this.patience = patience;
    this.answeredAt = now;
  }

  boolean isSilent() {
    return silent;
  }

  /**
   * Whether a failure now belongs to an outage: Kafka does not answer, or has only just answered
   * again.
   */
  boolean explainsFailures(long now) {
    settling &= now - endedAt < SETTLING.toNanos();
    return silent || settling;
  }

  /** Kafka answered. Returns the line to print, if any. */
  Optional<String> answered(long now) {
    long silence = now - answeredAt;
    answeredAt = now;
    if (!silent) {
      return Optional.empty();
    }
    silent = false;
    settling = true;
    endedAt = now;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Kafka at %s answers again after %d seconds; the learner continues",
            servers,
            seconds(silence)));
  }

  /** Kafka did not answer. Returns the line to print, if any. */
  Optional<String> unanswered(long now) {
    long silence = now - answeredAt;
    if (silent || silence < patience.toNanos()) {
      return Optional.empty();
    }
    silent = true;
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Kafka at %s has not answered for %d seconds; the learner waits for it",
            servers,
            seconds(silence)));
  }

  private static long seconds(long nanos) {
    return Duration.ofNanos(nanos).toSeconds();
  }
}
