package io.millrace.topology;

/**
 * The times of records that a topic accepts. A broker refuses a record whose time is not in
 *
 * <pre>
 *   now - before  &lt;=  time  &lt;=  now + after
 * </pre>
 *
 * by its own clock, at the moment of the write; and Kafka Streams writes no time below zero. A
 * record that is refused stops the task that writes it, at every start. So a margin is left on both
 * sides, for a clock that differs from the broker's and for the time until the write: a minute, or
 * a tenth of a limit below ten minutes.
 *
 * @param topic its name
 * @param before message.timestamp.before.max.ms, in milliseconds, at least 0
 * @param after message.timestamp.after.max.ms, in milliseconds, at least 0
 */
public record AcceptedTimes(String topic, long before, long after) {
  /** What a topic without limits has. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private static final long MARGIN = 60_000;

  /** A topic that takes every time. */
  public static AcceptedTimes any(String topic) {
    return new AcceptedTimes(topic, UNLIMITED, UNLIMITED);
  }

  /** Whether the topic takes a record of this time, in milliseconds. */
  public boolean accepts(long time, long now) {
    return earliest(now) <= time && time <= latest(now);
  }

  /** The accepted time that is next to this one, in milliseconds. */
  public long nearest(long time, long now) {
    return Math.max(earliest(now), Math.min(time, latest(now)));
  }

  /** The earliest time that is accepted, in milliseconds. */
  public long earliest(long now) {
    return Math.max(0, now - withMargin(before)); // at least 1 - Long.MAX_VALUE
  }

  private long latest(long now) {
    long limit = withMargin(after);
    return limit > UNLIMITED - now ? UNLIMITED : now + limit;
  }

  private static long withMargin(long limit) {
    return limit == UNLIMITED ? UNLIMITED : limit - Math.min(MARGIN, limit / 10);
  }
}
