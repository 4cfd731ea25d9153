package io.millrace.app.kafka;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;

/**
 * Describes a failure of Kafka's clients in one sentence: the resource, what is missing, what to
 * do. It looks at all causes, because the outermost exception often says only where the failure was
 * noticed.
 */
public final class KafkaFailure {
  private static final String GRANT =
      "Grant it to the user of Millrace. The operations page lists the rights of each command.";

  private KafkaFailure() {}

  /** The sentence, from the first cause that is known, else from the innermost one. */
  public static String describe(Throwable e) {
    List<Throwable> causes = Stream.iterate(e, Objects::nonNull, Throwable::getCause).toList();
    return causes.stream()
        .map(KafkaFailure::known)
        .flatMap(Optional::stream)
        .findFirst()
        .orElseGet(() -> text(causes.get(causes.size() - 1)));
  }

  /** Whether the failure stays until somebody changes a right, a password or a setting. */
  public static boolean isLasting(Throwable e) {
    return Stream.iterate(e, Objects::nonNull, Throwable::getCause)
        .anyMatch(
            cause ->
                cause instanceof AuthorizationException
                    || cause instanceof AuthenticationException);
  }

  private static Optional<String> known(Throwable e) {
    if (e instanceof TopicAuthorizationException topics) {
      return denied(
          topics.unauthorizedTopics().isEmpty()
              ? "a topic (" + text(e) + ")"
              : "topic " + String.join(", ", topics.unauthorizedTopics()),
          "Describe, Read or Write on it");
    }
    if (e instanceof GroupAuthorizationException group) {
      return denied(
          group.groupId() == null ? "the consumer group" : "consumer group " + group.groupId(),
          "Read on it (reset: Delete)");
    }
    if (e instanceof TransactionalIdAuthorizationException) {
      return denied(
          "the transactional IDs that start with the name of the application (" + text(e) + ")",
          "Describe and Write on them, as a prefix");
    }
    if (e instanceof ClusterAuthorizationException) {
      return denied(
          "the cluster (" + text(e) + ")", "Create for missing topics, or IdempotentWrite,");
    }
    if (String.valueOf(e.getMessage()).contains("Too many open files")) {
      return Optional.of(
          "this process has reached its limit of open files. Raise the limit (ulimit -n), for example to 65536");
    }
    if (e instanceof UnsatisfiedLinkError) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "a native library cannot be loaded from %s (%s). The folder must be mounted"
                  + " with exec. java -Djava.io.tmpdir=DIR chooses another folder",
              System.getProperty("java.io.tmpdir"),
              text(e)));
    }
    return Optional.empty();
  }

  private static Optional<String> denied(String resource, String right) {
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Kafka denied access to %s. Missing right: %s. %s",
            resource,
            right,
            GRANT));
  }

  private static String text(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return e.getMessage() == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.lines().findFirst().orElse(message);
  }
}
