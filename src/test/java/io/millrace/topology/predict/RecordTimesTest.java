package io.millrace.topology.predict;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.topology.AcceptedTimes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordTimesTest {
  private static final long NOW = 1_800_000_000_000L; // 2027-01-15T08:00:00Z
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long NONE = -1;
  private static final AcceptedTimes LIMITED = new AcceptedTimes("p", 24 * HOUR, HOUR);

  private final RecordTimes joined = times(Optional.of(Duration.ofMinutes(1)));
  private final RecordTimes predicted = times(Optional.empty());

  private static RecordTimes times(Optional<Duration> grace) {
    return new RecordTimes(List.of(AcceptedTimes.any("q"), LIMITED), grace, () -> NOW);
  }

  private static ConsumerRecord<Object, Object> record(long time) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("millrace.time", new byte[8]); // somebody else's
    return new ConsumerRecord<>(
        "t",
        0,
        7,
        time,
        TimestampType.CREATE_TIME,
        0,
        0,
        new byte[0],
        new byte[0],
        headers,
        Optional.empty());
  }

  private static void assertTrusted(RecordTimes times, long time) {
    ConsumerRecord<Object, Object> record = record(time);
    assertThat(times.extract(record, NOW - 5)).isEqualTo(time);
    assertThat(record.headers()).hasSize(1);
  }

  private static void assertNotTrusted(RecordTimes times, long time) {
    ConsumerRecord<Object, Object> record = record(time);
    assertThat(times.extract(record, NOW - 5)).isEqualTo(NOW - 5);
    assertThat(record.headers()).hasSize(2);
  }

  @Test
  void shouldTrustATimeThatEveryOutputAcceptsAndThatIsAheadByGraceAtMost() {
    for (RecordTimes times : List.of(joined, predicted)) {
      assertTrusted(times, NOW);
      assertTrusted(times, NOW + MINUTE);
      assertTrusted(times, NOW - 23 * HOUR);
      assertNotTrusted(times, NOW - 25 * HOUR);
      assertNotTrusted(times, NOW + 2 * HOUR);
      assertNotTrusted(times, NOW * 1000);
      assertNotTrusted(times, Long.MAX_VALUE);
      assertNotTrusted(times, -1);
      assertNotTrusted(times, Long.MIN_VALUE);
    }
    assertNotTrusted(joined, NOW + MINUTE + 1);
    assertTrusted(predicted, NOW + 50 * MINUTE);
  }

  @Test
  void shouldGiveTheEarliestTimeWhereNothingWasTrustedYet() {
    assertThat(joined.extract(record(-1), NONE)).isEqualTo(LIMITED.earliest(NOW));
    assertThat(joined.extract(record(-1), NOW * 1000)) // of an earlier version
        .isEqualTo(LIMITED.earliest(NOW));
    assertThat(joined.extract(record(-1), NOW - 48 * HOUR)).isEqualTo(LIMITED.earliest(NOW));
  }

  private static @Nullable Rejection refusal(RecordTimes times, long time) {
    return times.refusal(
        time,
        new RecordMetadata() {
          @Override
          public String topic() {
            return "t";
          }

          @Override
          public int partition() {
            return 0;
          }

          @Override
          public long offset() {
            return 7;
          }
        });
  }

  @Test
  void shouldTakeWhatIsOnlyTooFarAheadForTheJoin() {
    assertThat(refusal(joined, NOW + 50 * MINUTE)).isNull();
    assertThat(refusal(joined, -1)).as("a record without a time").isNull();
    assertThat(refusal(joined, NOW + 2 * HOUR)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          1800000000000000    | The time of the record, 1800000000000000 (+59009-09-24T08:00:00Z), is 20,812,500 days ahead of the wall clock, and topic p takes none so far ahead (message.timestamp.after.max.ms=3600000). It looks like microseconds: then it is 2027-01-15T08:00:00Z. Send the record again with its time in milliseconds
          1800000000000000000 | looks like nanoseconds: then it is 2027-01-15T08:00:00Z.
          1800000000          | The time of the record, 1800000000 (1970-01-21T20:00:00Z), is 20,812 days behind the wall clock, and topic p takes none so old (message.timestamp.before.max.ms=86400000). It looks like seconds: then it is 2027-01-15T08:00:00Z.
          1800007200000       | (2027-01-15T10:00:00Z), is 2 hours ahead of the wall clock, and topic p takes none so far ahead (message.timestamp.after.max.ms=3600000). Send the record again
          1800003599000       | is 59 minutes ahead of the wall clock
          0                   | The time of the record, 0 (1970-01-01T00:00:00Z), is 20,833 days behind the wall clock, and topic p takes none so old (message.timestamp.before.max.ms=86400000). Send the record again
          -2                  | The time of the record is -2: it is before 1970, which Kafka cannot write. Send
          9223372036854775807 | The time of the record, 9223372036854775807 (+292278994-08-17T07:12:55.807Z), is 106,751,970,333 days ahead of the wall clock
          """)
  void shouldSayWhatIsWrongWithATime(long time, String detail) {
    Rejection rejection = requireNonNull(refusal(joined, time));
    assertThat(rejection.reason()).isEqualTo(Reason.BAD_TIME);
    assertThat(rejection.detail()).contains(detail);
  }
}
