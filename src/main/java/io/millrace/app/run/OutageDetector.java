package io.millrace.app.run;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * When Kafka last answered, and what is to be said of it: once that it does not, once that it does
 * again.
 */
final class OutageDetector {
  /** So long after a silence, what fails is still a part of it. */
  private static final Duration SETTLING = Duration.ofSeconds(15);

  private final String servers;
  private final Duration patience;
  private long answeredAt;
  private boolean silent;
  private boolean settling;
  private long endedAt;

  /**
   * @param patience how long a silence may last before it is worth a line
   * @param now in nanoseconds, as {@link System#nanoTime} has them
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
   * Whether what fails now needs no line of its own: Kafka is silent, or has only just come back.
   */
  boolean explainsFailures(long now) {
    settling &= now - endedAt < SETTLING.toNanos();
    return silent || settling;
  }

  /** Kafka answered; the line to say, if any. */
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
            "Kafka at %s answers again after %d seconds; the learner goes on",
            servers,
            seconds(silence)));
  }

  /** Kafka did not answer; the line to say, if any. */
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
