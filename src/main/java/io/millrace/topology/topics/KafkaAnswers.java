package io.millrace.topology.topics;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Waits for the answers of Kafka's admin client and producer. */
public final class KafkaAnswers {
  static final int ATTEMPTS = 50;
  static final Duration PAUSE = Duration.ofMillis(200);

  private KafkaAnswers() {}

  /**
   * Waits for one answer.
   *
   * @throws KafkaException the exception that Kafka answered with
   * @throws InterruptException when the thread is interrupted while it waits
   */
  public static <T> T get(Future<T> answer) {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Repeats a request, for ten seconds at most, while the cluster has not settled: a broker does
   * not know a new topic yet, or is fenced.
   */
  static <T> T settled(Supplier<T> request) {
    for (int attempt = 1; ; attempt++) {
      try {
        return request.get();
      } catch (UnknownTopicOrPartitionException | InvalidReplicationFactorException e) {
        if (attempt == ATTEMPTS
            || !(e instanceof UnknownTopicOrPartitionException || isFenced(e))) {
          throw e;
        }
        pause();
      }
    }
  }

  /** Waits a moment before a request is repeated. */
  public static void pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Whether Kafka cannot create a topic because every broker is fenced: a broker that has just
   * started, or that gets no CPU time, is fenced for a moment.
   */
  public static boolean isFenced(@Nullable Throwable e) {
    return e instanceof InvalidReplicationFactorException
        && String.valueOf(e.getMessage()).contains("fenced");
  }
}
