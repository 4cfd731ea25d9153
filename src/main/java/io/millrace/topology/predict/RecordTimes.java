package io.millrace.topology.predict;

import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.topology.AcceptedTimes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The times of the records of one source topic. A time is trusted when
 *
 * <pre>
 *   every topic that it reaches accepts it,  and
 *   time  &lt;=  now + grace                    where events and labels are joined
 * </pre>
 *
 * <p>A record whose time is not trusted gets the newest trusted time of its partition. So it is
 * processed in its turn, and it does not advance the time of the join, which would end the windows
 * of the records after it. The wall clock would advance it whenever old records are read. If no
 * time was trusted yet, the record gets the earliest time that the topics accept.
 *
 * <p>The original time is passed on to the processor in a header, because Kafka Streams has no
 * other place for it. Thread-safe.
 */
final class RecordTimes implements TimestampExtractor {
  private static final Logger LOG = LoggerFactory.getLogger(RecordTimes.class);

  private static final long THIS_CENTURY = Instant.parse("2000-01-01T00:00:00Z").toEpochMilli();

  private final List<AcceptedTimes> outputs;
  private final Optional<Duration> grace;
  private final LongSupplier clock;
  private final AtomicLong ahead = new AtomicLong();

  /**
   * The times of a topic.
   *
   * @param outputs the topics that its times reach
   * @param grace how far a time may be ahead where it moves a join
   * @param clock the wall clock, in milliseconds
   */
  RecordTimes(List<AcceptedTimes> outputs, Optional<Duration> grace, LongSupplier clock) {
    this.outputs = outputs;
    this.grace = grace;
    this.clock = clock;
  }

  /** The original time of a record. Its class distinguishes it from the headers of the record. */
  private record TimeAsItCame(long millis) implements Header {
    @Override
    public String key() {
      return "millrace.time";
    }

    @Override
    public byte[] value() {
      return ByteBuffer.allocate(Long.BYTES).putLong(millis).array();
    }
  }

  /**
   * The time for Kafka Streams.
   *
   * @param record modified where its time is not trusted: see {@link #asItCame}
   * @param partitionTime the newest time in its partition so far, in milliseconds; -1 for none
   */
  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    long now = clock.getAsLong();
    long time = record.timestamp();
    if (isTrusted(time, now)) {
      return time;
    }
    record.headers().add(new TimeAsItCame(time));
    return isTrusted(partitionTime, now) ? partitionTime : earliest(now);
  }

  private boolean isTrusted(long time, long now) {
    return time <= now + grace.map(Duration::toMillis).orElse(Long.MAX_VALUE - now)
        && refusing(time, now) == null;
  }

  private @Nullable AcceptedTimes refusing(long time, long now) {
    for (AcceptedTimes output : outputs) {
      if (!output.accepts(time, now)) {
        return output;
      }
    }
    return null;
  }

  private long earliest(long now) {
    return outputs.stream().mapToLong(output -> output.earliest(now)).max().orElse(0);
  }

  /**
   * The time that a record came with, in milliseconds.
   *
   * @param record modified: it has its own headers again
   */
  static long asItCame(FixedKeyRecord<?, ?> record) {
    Iterator<Header> headers = record.headers().iterator();
    while (headers.hasNext()) {
      if (headers.next() instanceof TimeAsItCame time) {
        headers.remove();
        return time.millis();
      }
    }
    return record.timestamp();
  }

  /**
   * Why a record whose time is not trusted cannot be taken; null where it has none (-1), or is only
   * too far ahead for the join, and is taken with the time that it got.
   *
   * @param time as it came, in milliseconds
   * @param source where it came from
   */
  @Nullable Rejection refusal(long time, RecordMetadata source) {
    if (time == ConsumerRecord.NO_TIMESTAMP) {
      return null; // it came without one, as records of old clients do
    }
    long now = clock.getAsLong();
    AcceptedTimes refusing = refusing(time, now);
    if (refusing != null) {
      return new Rejection(Reason.BAD_TIME, detail(time, now, refusing));
    }
    long count = ahead.incrementAndGet();
    if (isPowerOfTen(count)) { // a clock that is wrong is wrong for every record: no flood
      LOG.warn(
          "The time of a record is {} ahead of this machine's clock, more than example.labels.grace"
              + " ({} since the start; topic {}, partition {}, offset {}): it is joined as if it"
              + " were of the time of the record before it. Check both clocks.",
          shown(time - now),
          count,
          source.topic(),
          source.partition(),
          source.offset());
    }
    return null;
  }

  private static boolean isPowerOfTen(long count) {
    long power = 1;
    while (power < count) {
      power *= 10;
    }
    return power == count;
  }

  private static String detail(long time, long now, AcceptedTimes refusing) {
    if (time < 0) {
      return String.format(
          Locale.ROOT,
          "The time of the record is %d: it is before 1970, which Kafka cannot write. Send the record"
              + " again with its time in milliseconds",
          time);
    }
    boolean isAhead = time > now;
    return String.format(
        Locale.ROOT,
        "The time of the record, %d (%s), is %s %s the wall clock, and topic %s takes %s"
            + " (message.timestamp.%s.max.ms=%d). %sSend the record again with its time in milliseconds",
        time,
        Instant.ofEpochMilli(time),
        shown(Math.abs(time - now)),
        isAhead ? "ahead of" : "behind",
        refusing.topic(),
        isAhead ? "none so far ahead" : "none so old",
        isAhead ? "after" : "before",
        isAhead ? refusing.after() : refusing.before(),
        hint(time, now));
  }

  /** The unit that the number looks to be in: the one that makes it a time of this century. */
  private static String hint(long time, long now) {
    if (isPlausible(time / 1_000, now)) {
      return looksLike("microseconds", time / 1_000);
    }
    if (isPlausible(time / 1_000_000, now)) {
      return looksLike("nanoseconds", time / 1_000_000);
    }
    if (time < THIS_CENTURY / 100 && isPlausible(time * 1_000, now)) {
      return looksLike("seconds", time * 1_000);
    }
    return "";
  }

  private static boolean isPlausible(long time, long now) {
    return THIS_CENTURY <= time && time <= now + Duration.ofDays(366).toMillis();
  }

  private static String looksLike(String unit, long millis) {
    return String.format(
        Locale.ROOT, "It looks like %s: then it is %s. ", unit, Instant.ofEpochMilli(millis));
  }

  /** A length of time in a unit in which it is at least two. */
  private static String shown(long millis) {
    Duration length = Duration.ofMillis(millis);
    if (length.toDays() >= 2) {
      return String.format(Locale.ROOT, "%,d days", length.toDays());
    }
    if (length.toHours() >= 2) {
      return String.format(Locale.ROOT, "%d hours", length.toHours());
    }
    return length.toMinutes() >= 2
        ? String.format(Locale.ROOT, "%d minutes", length.toMinutes())
        : String.format(Locale.ROOT, "%d seconds", length.toSeconds());
  }
}
