package io.millrace.app.kafka;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** How Kafka Streams names the topic of a state that it cannot create. */
  private static final Pattern UNCREATED = Pattern.compile("Could not create topic (\\S+)\\.");

  /** What fails when a library was not loaded before: the JVM names the first failure only once. */
  private static final Pattern NATIVE = Pattern.compile("(?i)snappy|zstd|native");

  private KafkaFailure() {}

  /** The sentence, from the first cause that is known, else from the innermost one. */
  public static String describe(Throwable e) {
    List<Throwable> causes = Stream.iterate(e, Objects::nonNull, Throwable::getCause).toList();
    Optional<String> uncreated =
        causes.stream()
            .map(cause -> UNCREATED.matcher(String.valueOf(cause.getMessage())))
            .filter(Matcher::find)
            .map(found -> found.group(1))
            .findFirst();
    if (uncreated.isPresent()
        && causes.stream().anyMatch(AuthorizationException.class::isInstance)) {
      return denied("topic " + uncreated.get(), "Create on it");
    }
    return causes.stream()
        .map(KafkaFailure::known)
        .flatMap(Optional::stream)
        .findFirst()
        .orElseGet(() -> text(causes.get(causes.size() - 1)));
  }

  /**
   * The sentence for an application that may not write in transactions.
   *
   * @param application the prefix of the transactional IDs
   */
  public static String deniedTransactions(String application) {
    return denied(
        String.format(Locale.ROOT, "the transactional IDs with the prefix %s-", application),
        "Write on them, as a prefix");
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
      return Optional.of(
          denied(
              topics.unauthorizedTopics().isEmpty()
                  ? "a topic (" + text(e) + ")"
                  : "topic " + String.join(", ", topics.unauthorizedTopics()),
              "Describe, Read or Write on it"));
    }
    if (e instanceof GroupAuthorizationException group) {
      return Optional.of(
          denied(
              group.groupId() == null ? "the consumer group" : "consumer group " + group.groupId(),
              "Read on it (reset: Delete)"));
    }
    if (e instanceof TransactionalIdAuthorizationException) {
      return Optional.of(
          denied(
              "the transactional IDs that start with the name of the application (" + text(e) + ")",
              "Write on them, as a prefix"));
    }
    if (e instanceof ClusterAuthorizationException) {
      return Optional.of(
          denied(
              "the cluster (" + text(e) + ")", "Create for missing topics, or IdempotentWrite,"));
    }
    return ofMachine(e);
  }

  /**
   * The sentence for what this machine does not let the process do, from the first cause that is
   * such a thing: open more files, load a library. Empty: it is something else.
   */
  public static Optional<String> ofSystem(Throwable e) {
    return Stream.iterate(e, Objects::nonNull, Throwable::getCause)
        .map(KafkaFailure::ofMachine)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> ofMachine(Throwable e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("Too many open files")) {
      return Optional.of(
          "this process has reached its limit of open files. Raise the limit (ulimit -n), for example to 65536");
    }
    boolean isLibrary =
        e instanceof UnsatisfiedLinkError
            || message.contains(UnsatisfiedLinkError.class.getName())
            || (e instanceof NoClassDefFoundError && NATIVE.matcher(message).find());
    if (!isLibrary) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "a native library cannot be loaded from %s (%s). The libraries of snappy and zstd are"
                + " unpacked there, and the folder must be mounted with exec, not noexec. java"
                + " -Djava.io.tmpdir=DIR chooses another folder. So do -Dorg.xerial.snappy.tempdir=DIR"
                + " and -DZstdTempFolder=DIR, each for one library",
            System.getProperty("java.io.tmpdir"),
            text(e)));
  }

  private static String denied(String resource, String right) {
    return String.format(
        Locale.ROOT, "Kafka denied access to %s. Missing right: %s. %s", resource, right, GRANT);
  }

  private static String text(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return e.getMessage() == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.lines().findFirst().orElse(message);
  }
}
