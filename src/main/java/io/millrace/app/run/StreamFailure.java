package io.millrace.app.run;

import io.millrace.app.kafka.KafkaFailure;
import io.millrace.topology.LearnerException;
import io.millrace.topology.topics.KafkaAnswers;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.streams.errors.MissingSourceTopicException;

/**
 * Decides about a failure that Kafka Streams does not handle itself. In both cases, unfinished work
 * is not committed.
 *
 * <ul>
 *   <li>Kafka did not answer in time, failed, or ended a transaction: a new thread starts from the
 *       last commit.
 *   <li>Anything else, such as an error in learning, would occur again in the next thread: the
 *       learner stops.
 * </ul>
 *
 * @param passes whether a new thread can continue
 * @param line the failure, in one line for people
 */
record StreamFailure(boolean passes, String line) {
  private static final Pattern TOPIC = Pattern.compile("sending record to topic (\\S+) ");
  private static final String UNACKNOWLEDGED =
      "The client hasn't received acknowledgment for some previously sent messages";

  /**
   * Judges a failure.
   *
   * @param application what the transactional IDs of the learner begin with
   */
  static StreamFailure of(Throwable failure, String application) {
    Optional<StreamFailure> known =
        causes(failure)
            .map(e -> known(failure, e, application))
            .flatMap(Optional::stream)
            .findFirst();
    return known
        .or(() -> KafkaFailure.ofSystem(failure).flatMap(StreamFailure::stops))
        .orElseGet(() -> new StreamFailure(false, rootMessage(failure)));
  }

  private static Optional<StreamFailure> known(Throwable failure, Throwable e, String application) {
    if (e instanceof LearnerException) {
      return stops(String.valueOf(e.getMessage()));
    }
    if (String.valueOf(e.getMessage()).contains("invalid partitions")) {
      return stops(
          "partitions were added to a topic that it reads. Start it once with run"
              + " --accept-new-partitions. It keeps everything that it has learned");
    }
    if (e instanceof MissingSourceTopicException
        || e instanceof UnknownTopicOrPartitionException
        || e instanceof UnknownTopicIdException) {
      return stops("a topic of the learner was deleted (" + oneLine(e) + ")");
    }
    if (e instanceof RecordTooLargeException) {
      return stops(
          String.format(
              Locale.ROOT,
              "a record for topic %s is larger than the topic's max.message.bytes."
                  + " Raise that setting and start the learner again.",
              topic(failure)));
    }
    if (e instanceof TransactionalIdAuthorizationException) {
      return stops(KafkaFailure.deniedTransactions(application));
    }
    if (e instanceof AuthenticationException || e instanceof AuthorizationException) {
      return stops(KafkaFailure.describe(failure));
    }
    if (e instanceof OutOfMemoryError) {
      return stops(
          String.format(Locale.ROOT, "not enough memory (%s): raise -Xmx", e.getMessage()));
    }
    boolean passes =
        e instanceof RetriableException
            || e instanceof TransactionAbortableException
            || e instanceof ProducerFencedException
            || e instanceof InvalidProducerEpochException
            // A broker that was killed during a commit has completed or aborted it.
            || e instanceof InvalidTxnStateException
            || e instanceof InvalidPidMappingException
            || e instanceof OutOfOrderSequenceException
            || KafkaAnswers.isFenced(e) // where the topic of a state is created
            || isUnacknowledged(e)
            || isServersOwnFault(e);
    return passes ? Optional.of(new StreamFailure(true, rootMessage(failure))) : Optional.empty();
  }

  /**
   * Whether Kafka failed without a reason, as brokers do just after their start. A transactional
   * producer reports this only as text.
   */
  private static boolean isServersOwnFault(Throwable e) {
    return e instanceof UnknownServerException
        || (e instanceof KafkaException
            && String.valueOf(e.getMessage()).endsWith(Errors.UNKNOWN_SERVER_ERROR.message()));
  }

  /**
   * Whether Kafka was away for longer than {@code delivery.timeout.ms}. A transactional producer
   * reports this as a timeout first and then only as text: which of the two is seen is chance.
   */
  private static boolean isUnacknowledged(Throwable e) {
    return e instanceof KafkaException && String.valueOf(e.getMessage()).startsWith(UNACKNOWLEDGED);
  }

  private static Optional<StreamFailure> stops(String line) {
    return Optional.of(new StreamFailure(false, line));
  }

  /** Kafka Streams has no type for this, only a text. */
  private static String topic(Throwable failure) {
    return causes(failure)
        .map(e -> TOPIC.matcher(String.valueOf(e.getMessage())))
        .filter(Matcher::find)
        .map(found -> found.group(1))
        .findFirst()
        .orElse("(unknown)");
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = causes(failure).reduce(failure, (before, last) -> last);
    return String.format(Locale.ROOT, "%s: %s", root.getClass().getSimpleName(), oneLine(root));
  }

  private static String oneLine(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(message);
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
  }
}
