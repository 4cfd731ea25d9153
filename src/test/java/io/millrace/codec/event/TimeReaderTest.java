package io.millrace.codec.event;

import static io.millrace.codec.event.NamedFields.decoded;
import static io.millrace.codec.event.NamedFields.features;
import static io.millrace.codec.event.NamedFields.plain;
import static io.millrace.codec.event.NamedFields.time;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.example.Cycle;
import io.millrace.example.MiniBatch;
import io.millrace.nn.Output;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeReaderTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          UTC              | 2001-01-31                                | 2001-01-31T00:00
          UTC              | 2001-01-31T23                             | 2001-01-31T23:00
          UTC              | 2001-01-31T23:59                          | 2001-01-31T23:59
          UTC              | 2001-01-31T23:59:30                       | 2001-01-31T23:59:30
          UTC              | 2001-01-31 23:59:30                       | 2001-01-31T23:59:30
          UTC              | 2001-01-31t23:59:30z                      | 2001-01-31T23:59:30
          UTC              | 2001-01-31T23:59:30.5                     | 2001-01-31T23:59:30.5
          UTC              | 2001-01-31T23:59:30,123456789             | 2001-01-31T23:59:30.123456789
          UTC              | 2001-01-31T23:59:30.1234567891            | 2001-01-31T23:59:30.123456789
          UTC              | 2001-01-31T23:59:30Z                      | 2001-01-31T23:59:30
          UTC              | 2001-01-31T23:59:30+01:00                 | 2001-01-31T22:59:30
          UTC              | 2001-01-31T23:59-0130                     | 2001-02-01T01:29
          UTC              | 2001-01-31T23:59-02                       | 2001-02-01T01:59
          UTC              | 2001-01-31T24:00                          | 2001-02-01T00:00
          UTC              | 2016-12-31T23:59:60Z                      | 2016-12-31T23:59:59
          UTC              | 2000-02-29                                | 2000-02-29T00:00
          UTC              | 0000-01-01                                | 0000-01-01T00:00
          UTC              | 2001-07-01T12:00+02:00[Europe/Berlin]     | 2001-07-01T10:00
          UTC              | 2001-07-01T12:00[Europe/Berlin]           | 2001-07-01T10:00
          UTC              | 2001-01-01T12:00[Europe/Berlin]           | 2001-01-01T11:00
          Europe/Berlin    | 2001-01-01T12:00Z                         | 2001-01-01T13:00
          Europe/Berlin    | 2001-07-01T12:00Z                         | 2001-07-01T14:00
          Europe/Berlin    | 2001-07-01T12:00                          | 2001-07-01T12:00
          Europe/Berlin    | 2001-03-25T00:59:59Z                      | 2001-03-25T01:59:59
          Europe/Berlin    | 2001-03-25T01:00:00Z                      | 2001-03-25T03:00
          Europe/Berlin    | 2001-10-28T00:59:59Z                      | 2001-10-28T02:59:59
          Europe/Berlin    | 2001-10-28T01:00:00Z                      | 2001-10-28T02:00
          Europe/Berlin    | 2001-03-25T02:30                          | 2001-03-25T02:30
          America/New_York | 2001-01-01T03:00Z                         | 2000-12-31T22:00
          +05:30           | 2001-01-01T00:00Z                         | 2001-01-01T05:30
          UTC              | 2001-02-29                                | -
          UTC              | 1900-02-29                                | -
          UTC              | 2001-13-01                                | -
          UTC              | 2001-00-01                                | -
          UTC              | 2001-01-00                                | -
          UTC              | 2001-04-31                                | -
          UTC              | 2001-01                                   | -
          UTC              | 2001                                      | -
          UTC              | 01/02/2001                                | -
          UTC              | 2001-1-1                                  | -
          UTC              | 2001-01-01T                               | -
          UTC              | 2001-01-01T1                              | -
          UTC              | 2001-01-01T24:01                          | -
          UTC              | 2001-01-01T12:60                          | -
          UTC              | 2001-01-01T12:30:60                       | -
          UTC              | 2001-01-01T12:30:                         | -
          UTC              | 2001-01-01T12:30:00.                      | -
          UTC              | 2001-01-01T12:30+19                       | -
          UTC              | 2001-01-01T12:30+01:                      | -
          UTC              | 2001-01-01T12:30+                         | -
          UTC              | 2001-01-01T12:30Z[                        | -
          UTC              | 2001-01-01T12:30Z[Mars]                   | -
          UTC              | 2001-01-01T12:30Zx                        | -
          UTC              | 2001-01-01x                               | -
          UTC              | 978307260000                              | -
          UTC              | yesterday                                 | -
          UTC              | ''                                        | -
          """)
  void shouldReadIso8601(String zone, String text, LocalDateTime expected) {
    TimeReader reader = new TimeReader(ZoneId.of(zone));

    assertThat(reader.read(text)).isEqualTo(expected != null);
    if (expected != null) {
      assertThat(read(reader)).isEqualTo(expected);
    }
  }

  private static LocalDateTime read(TimeReader reader) {
    return LocalDateTime.of(
        LocalDate.ofEpochDay(reader.epochDay()), LocalTime.ofNanoOfDay(reader.nanoOfDay()));
  }

  @ParameterizedTest
  @CsvSource({
    "UTC, 0, 1970-01-01T00:00",
    "UTC, 978307260000, 2001-01-01T00:01",
    "UTC, 978307260000.5, 2001-01-01T00:01:00.000500",
    "UTC, -1, 1969-12-31T23:59:59.999",
    "Europe/Berlin, 978307260000, 2001-01-01T01:01",
    "UTC, 8.64e15, +275760-09-13T00:00"
  })
  void shouldReadMilliseconds(String zone, double millis, LocalDateTime expected) {
    TimeReader reader = new TimeReader(ZoneId.of(zone));

    assertThat(reader.readMillis(millis)).isTrue();
    assertThat(read(reader)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(doubles = {8.7e15, -1e300})
  void shouldRefuseMillisecondsBeyondTheCalendar(double millis) {
    assertThat(new TimeReader(ZoneOffset.UTC).readMillis(millis)).isFalse();
  }

  @Test
  void shouldAgreeWithTheJdk() {
    Random random = new Random(7);
    ZoneId zone = ZoneId.of("America/St_Johns");
    TimeReader reader = new TimeReader(zone);
    for (int i = 0; i < 5_000; i++) {
      OffsetDateTime time =
          LocalDateTime.of(
                  1600 + random.nextInt(900),
                  1 + random.nextInt(12),
                  1 + random.nextInt(28),
                  random.nextInt(24),
                  random.nextInt(60),
                  random.nextInt(60),
                  random.nextInt(1_000_000_000))
              .atOffset(ZoneOffset.ofTotalSeconds(60 * (random.nextInt(2 * 1080 + 1) - 1080)));

      assertThat(reader.read(time.toString())).as("seed 7, %s", time).isTrue();
      assertThat(read(reader))
          .as("seed 7, %s", time)
          .isEqualTo(time.atZoneSameInstant(zone).toLocalDateTime());
    }
  }

  /** Worked by hand: the phase of the cycle, as a fraction. */
  @ParameterizedTest
  @CsvSource({
    "MINUTE_OF_HOUR, 2001-01-01T05:15:00, 0.25",
    "MINUTE_OF_HOUR, 2001-01-01T05:15:36, 0.26",
    "HOUR_OF_DAY,    2001-01-01T00:00:00, 0",
    "HOUR_OF_DAY,    2001-01-01T06:00:00, 0.25",
    "HOUR_OF_DAY,    2001-01-01T06:14:24, 0.26",
    "HOUR_OF_DAY,    2001-01-01T18:00:00, 0.75",
    "DAY_OF_WEEK,    2001-01-01T23:59:59, 0",
    "DAY_OF_WEEK,    2001-01-02T00:00:00, 0.14285714285714285",
    "DAY_OF_WEEK,    2001-01-07T12:00:00, 0.8571428571428571",
    "DAY_OF_WEEK,    1969-12-31T12:00:00, 0.2857142857142857",
    "DAY_OF_MONTH,   2001-02-01T12:00:00, 0",
    "DAY_OF_MONTH,   2001-02-15T12:00:00, 0.5",
    "DAY_OF_YEAR,    2001-01-01T12:00:00, 0",
    "DAY_OF_YEAR,    2000-12-31T12:00:00, 0.9972677595628415",
    "MONTH_OF_YEAR,  2001-01-31T12:00:00, 0",
    "MONTH_OF_YEAR,  2001-04-30T12:00:00, 0.25"
  })
  void shouldBeTheSineAndCosineOfTheCycle(Cycle cycle, String text, double phase) {
    var features = features(time("t", "UTC", cycle));
    MiniBatch memory = NamedFields.memory(features, 1);
    String event = "{\"t\":\"%s\",\"y\":0}".formatted(text);

    assertThat(
            new JsonExampleDecoder(features, plain("y"), Output.IDENTITY, 1)
                .decode(event.getBytes(UTF_8), memory))
        .isNull();
    assertThat(memory.xt().data[0]).isCloseTo(Math.sin(2 * Math.PI * phase), within(1e-15));
    assertThat(memory.xt().data[1]).isCloseTo(Math.cos(2 * Math.PI * phase), within(1e-15));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "2001-01-01"  | 0.0 1.0 0.0 1.0 -> 0.0
          978307200000  | 0.0 1.0 0.0 1.0 -> 0.0
          9.783072e11   | 0.0 1.0 0.0 1.0 -> 0.0
          "noon"        | wrong-type: t: expected a time, such as "2001-01-31T23:59:00Z" (ISO 8601) or milliseconds since 1970, got "noon"
          true          | wrong-type: t: expected a time, such as "2001-01-31T23:59:00Z" (ISO 8601) or milliseconds since 1970, got true
          []            | wrong-type: t: expected a time, such as "2001-01-31T23:59:00Z" (ISO 8601) or milliseconds since 1970, got an array
          1e20          | wrong-type: t: expected a time, such as "2001-01-31T23:59:00Z" (ISO 8601) or milliseconds since 1970, got 1e20
          1e999         | not-finite: t: expected a number from -1e100 to 1e100, got 1e999
          null          | missing-field: The field t is null
          """)
  void shouldTakeTextAndMilliseconds(String value, String expected) {
    assertThat(
            decoded(
                features(time("t", "UTC", Cycle.HOUR_OF_DAY, Cycle.DAY_OF_WEEK)),
                plain("y"),
                Output.IDENTITY,
                1,
                "{\"t\":%s,\"y\":0}".formatted(value)))
        .isEqualTo(expected);
  }
}
