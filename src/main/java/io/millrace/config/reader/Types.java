package io.millrace.config.reader;

import io.millrace.example.FieldPath;
import io.millrace.nn.HasText;
import io.millrace.nn.Scaler;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;

/** The kinds of values of the configuration. */
final class Types {
  private static final String SERVER = "(\\[[\\w:.%]+]|[^\\s:,/\\[\\]]+):\\d{1,5}";

  /** May be empty: that switches some Kafka properties off. */
  static final Type<String> ANY_TEXT = Type.matching("(?s).*", "a text");

  static final Type<String> TEXT =
      ANY_TEXT.satisfying(text -> !text.isBlank(), "must not be empty");

  /** A field of an event. */
  static final Type<FieldPath> FIELD =
      new Type<>(FieldPath.EXPECTED, TEXT.read().andThen(FieldPath::parse));

  static final Type<ZoneId> ZONE =
      new Type<>(
          "a time zone such as Europe/Berlin, UTC or +01:00",
          text -> {
            try {
              return ZoneId.of(text);
            } catch (DateTimeException e) {
              throw new IllegalArgumentException(e);
            }
          });

  /** The syntax of a Host header. */
  static final Type<String> HOST_NAME =
      Type.matching(
          "[\\w.-]+|\\[[0-9a-fA-F:.]+]", "a host name or address without a port, such as learner");

  static final Type<String> HOST = Type.matching("\\S+", "a host name or address");

  /**
   * Kafka's syntax for topics, and for an application, because its name begins the names of its
   * topics.
   */
  static final Type<String> TOPIC =
      Type.matching(
          "(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}",
          "a name of 1 to 249 letters, digits, '.', '_' or '-' (and not '.' or '..')");

  /** Kafka Streams appends the names of its stores and topics, of up to 65 characters. */
  static final Type<String> APPLICATION =
      TOPIC.satisfying(
          name -> name.length() <= 180,
          "must have at most 180 characters, because Kafka Streams names topics after it");

  /** -1 leaves it to the broker. */
  static final Type<Integer> REPLICATION =
      integer(-1, Short.MAX_VALUE)
          .satisfying(factor -> factor != 0, "must be at least 1, or -1 for the broker's default");

  static final Type<String> SERVERS =
      Type.matching(SERVER + "(\\s*,\\s*" + SERVER + ")*", "host:port or host:port,host:port")
          .satisfying(Types::portsExist, "must have ports from 1 to 65535");

  static final Type<Integer> COUNT = integer(1, Integer.MAX_VALUE);
  static final Type<Long> LONG = whole(Long.MIN_VALUE, Long.MAX_VALUE);

  static final Type<Double> NUMBER =
      Type.matching("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?", "a number")
          .as(Double::valueOf)
          .satisfying(Double::isFinite, "must be finite");

  /** What a number of an event may be, and so what may be compared with one or stand for it. */
  static final Type<Double> EVENT_NUMBER =
      NUMBER.satisfying(
          number -> Math.abs(number) <= Scaler.LARGEST, "must be from -1e100 to 1e100");

  static final Type<Double> NOT_NEGATIVE =
      NUMBER.satisfying(number -> number >= 0, "must not be negative");
  static final Type<Double> POSITIVE = positive("");

  static final Type<Duration> DURATION =
      Type.matching(Durations.WRITTEN, Durations.EXPECTED)
          .as(Durations::convert)
          .satisfying(duration -> !duration.isZero(), "must be longer than zero");

  static final Type<Boolean> BOOLEAN =
      Type.matching("true|false", "true or false").as(Boolean::valueOf);

  private Types() {}

  static Type<Integer> integer(int min, int max) {
    return whole(min, max).as(Math::toIntExact);
  }

  /** A number greater than zero. */
  static Type<Double> positive(String reason) {
    return NUMBER.satisfying(number -> number > 0, "must be greater than 0" + reason);
  }

  /** One of the constants, by its text. */
  static <E extends HasText> Type<E> oneOf(E[] constants) {
    return new Type<>(
        HasText.choices(constants),
        text -> HasText.find(constants, text).orElseThrow(IllegalArgumentException::new));
  }

  static Type<Path> readableFile(Path folder) {
    return TEXT.as(text -> folder.resolve(text).normalize())
        .satisfying(
            file -> Files.isRegularFile(file) && Files.isReadable(file),
            "must be a readable file, relative to the folder of the configuration");
  }

  static OptionalDouble unboxed(Optional<Double> number) {
    return number.isPresent() ? OptionalDouble.of(number.get()) : OptionalDouble.empty();
  }

  private static Type<Long> whole(long min, long max) {
    return Type.matching("[-+]?(0|[1-9]\\d*)", "a whole number")
        .as(BigInteger::new)
        .satisfying(n -> n.compareTo(BigInteger.valueOf(min)) >= 0, "must be at least " + min)
        .satisfying(n -> n.compareTo(BigInteger.valueOf(max)) <= 0, "must be at most " + max)
        .as(BigInteger::longValueExact);
  }

  private static boolean portsExist(String servers) {
    return Arrays.stream(servers.split(","))
        .map(server -> server.substring(server.lastIndexOf(':') + 1))
        .mapToInt(port -> Integer.parseInt(port.strip()))
        .allMatch(port -> port >= 1 && port <= 65535);
  }
}
