package io.millrace.codec.event;

import static io.millrace.codec.event.NamedFields.features;
import static io.millrace.codec.event.NamedFields.hash;
import static io.millrace.codec.event.NamedFields.number;
import static io.millrace.codec.event.NamedFields.oneHot;
import static io.millrace.codec.event.NamedFields.plain;
import static io.millrace.codec.event.NamedFields.time;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.example.Cycle;
import io.millrace.example.Features;
import io.millrace.example.MiniBatch;
import io.millrace.example.Rejection;
import io.millrace.nn.Output;
import io.millrace.testing.EventWriter;
import io.millrace.testing.SampleEvents;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read straight from the bytes, and what is left to the streaming parser. */
class PlainEventReaderTest {
  private static final Features.Named FEATURES =
      features(
          number("a"),
          number("m", 7.5),
          hash("c", 16),
          oneHot("o", "x", "1", "true", "Z\u00fcrich", "a text of more than eight bytes"),
          time("t", "UTC", Cycle.HOUR_OF_DAY, Cycle.DAY_OF_WEEK),
          number("/n/b"),
          number("/l/1"));
  private static final String REST =
      "\"c\":\"c\",\"o\":\"x\",\"t\":\"2001-01-31T12:30\",\"n\":{\"b\":1},\"l\":[0,1],\"y\":0}";

  private final JsonExampleDecoder decoder =
      JsonExampleDecoder.persistent(FEATURES, plain("y"), Output.IDENTITY, 1);
  private final JsonExampleDecoder streaming =
      JsonExampleDecoder.streaming(FEATURES, plain("y"), Output.IDENTITY, 1);
  private final MiniBatch actual = NamedFields.memory(FEATURES, 1);
  private final MiniBatch expected = NamedFields.memory(FEATURES, 1);

  private boolean isPlain(byte[] event) {
    return decoder.readPlain(event, actual);
  }

  private boolean isPlain(String event) {
    return isPlain(event.getBytes(UTF_8));
  }

  /** Whatever reads it, it becomes what the streaming parser makes of it. */
  private @Nullable Rejection decodedAlike(byte[] event) {
    Rejection rejection = decoder.decode(event, actual);
    assertThat(rejection).isEqualTo(streaming.decode(event, expected));
    if (rejection == null) {
      assertThat(NamedFields.takeInputs(actual)).containsExactly(NamedFields.takeInputs(expected));
      assertThat(actual.yt().data).containsExactly(expected.yt().data);
    }
    return rejection;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,",
        " { \"a\" : 1 , ",
        "\r\n{\t\"a\"\t:\n1,",
        "{\"a\":-1.5e3,",
        "{\"a\":-0,",
        "{\"a\":-0.0,",
        "{\"a\":1234567890123456789012345678901234567890,",
        "{\"a\":0.1000000000000000055511151231257827,",
        "{\"a\":1e-320,",
        "{\"a\":1e100,",
        "{\"a\":true,",
        "{\"a\":1,\"m\":2,",
        "{\"a\":1,\"m\":null,",
        "{\"a\":1,\"u\":\"\\u0041\\n\\\"\\\\\\ud83d\",",
        "{\"a\":1,\"u\":\"\u20ac\ud83d\ude00\",\"\u00fc\":0,",
        "{\"a\":1,\"u\":{\"a\":1,\"b\":[{},[],[[]],null,true,false,-1.5E-7,\"]}\"]},",
        "{\"a\":1,\"u\":1e99999999999,",
        "{\"a\":1,\"u\":1,\"u\":2,",
        "{\"a\":1,\"\":0,",
        "{\"a\":1,\"a name of more than twenty-four bytes, as some programs have\":0,"
      })
  void shouldReadWhatIsPlain(String start) {
    for (int i = 0; i < 3; i++) { // by names, then by guesses
      assertThat(isPlain(start + REST)).as("round %d", i).isTrue();
      assertThat(decodedAlike((start + REST).getBytes(UTF_8))).isNull();
      assertThat(isPlain("{\"a\":1," + REST + " \n")).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":2,",
        "{\"a\":1,\"n\":{\"b\":2},",
        "{\"a\":1,\"n\":5,",
        "{\"a\":1,\"l\":[5],",
        "{\"\\u0061\":1,",
        "{\"a\":1,\"\\u0062\":1,",
        "{\"u\":{\"\\u0061\":1},\"a\":1,",
        "{",
        "{\"a\":null,",
        "{\"a\":\"1\",",
        "{\"a\":[1],",
        "{\"a\":{},",
        "{\"a\":NaN,",
        "{\"a\":1e400,",
        "{\"a\":1.1e100,",
        "{\"a\":1e00001,",
        "{\"a\":01,",
        "{\"a\":1.,",
        "{\"a\":-,",
        "{\"a\":+1,",
        "{\"a\":1.2.3,",
        "{\"a\":trux,",
        "{\"a\":truee,",
        "{\"a\":1,\"u\":trux,",
        "{\"a\":1,\"u\":nul,",
        "{\"a\":1,\"u\":1.2.3,",
        "{\"a\":1,\"u\":00,",
        "{\"a\":1,\"u\":-,",
        "{\"a\":1,\"u\":1e,",
        "{\"a\":1,\"u\":.5,",
        "{\"a\":1,\"u\":NaN,",
        "{\"a\":1,\"u\":,",
        "{\"a\":1,\"u\":{\"a\":},",
        "{\"a\":1,\"u\":{\"a\":1,},",
        "{\"a\":1,\"u\":{\"a\" 1},",
        "{\"a\":1,\"u\":{a:1},",
        "{\"a\":1,\"u\":[1,],",
        "{\"a\":1,\"u\":[1 2],",
        "{\"a\":1,\"u\":[,],",
        "{\"a\":1,\"u\":[1},",
        "{\"a\":1,\"u\":{\"a\":1],",
        "{\"a\":1,\"u\":\"\\x\",",
        "{\"a\":1,\"u\":\"\\u00g0\",",
        "{\"a\":1,\"u\":\"\t\",",
        "{\"a\":1,\"u\":\"open,",
        "{\"a\":1,,",
        "{,\"a\":1,",
        "{\"a\":1 ",
        "{\"a\" 1,",
        "{\"a\"::1,",
        "{a:1,",
        "{'a':1,",
        "{/**/\"a\":1,",
        "[{\"a\":1,",
        "\ufeff{\"a\":1,"
      })
  void shouldLeaveEverythingElseToTheStreamingParser(String start) {
    String event = start + REST;
    for (int i = 0; i < 3; i++) {
      assertThat(isPlain(event)).isFalse();
      var unused = decodedAlike(event.getBytes(UTF_8));
      assertThat(isPlain("{\"a\":1,\"u\":0," + REST)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "c":"c"                 | "c":""                                      | true
          "c":"c"                 | "c":"12345678"                              | true
          "c":"c"                 | "c":"123456789"                             | true
          "c":"c"                 | "c":"Zürich"                                | true
          "c":"c"                 | "c":-12                                     | true
          "c":"c"                 | "c":false                                   | true
          "c":"c"                 | "c":0                                       | true
          "c":"c"                 | "c":-0                                      | false
          "c":"c"                 | "c":1.0                                     | false
          "c":"c"                 | "c":1e0                                     | false
          "c":"c"                 | "c":1234567890123456789                     | false
          "c":"c"                 | "c":"\\u0063"                               | false
          "o":"x"                 | "o":1                                       | true
          "o":"x"                 | "o":"true"                                  | true
          "o":"x"                 | "o":true                                    | true
          "o":"x"                 | "o":"Zürich"                                | true
          "o":"x"                 | "o":"a text of more than eight bytes"       | true
          "o":"x"                 | "o":"a text of more than eight letters"     | true
          "t":"2001-01-31T12:30"  | "t":"2001-02-28"                            | true
          "t":"2001-01-31T12:30"  | "t":"2001-01-31T12:31Z"                     | true
          "t":"2001-01-31T12:30"  | "t":"2001-01-31T00:30+01:00[Europe/Berlin]" | true
          "t":"2001-01-31T12:30"  | "t":978307260000                            | true
          "t":"2001-01-31T12:30"  | "t":"2001-02-29"                            | false
          "t":"2001-01-31T12:30"  | "t":"2001-01-31T"                           | false
          "t":"2001-01-31T12:30"  | "t":1e300                                   | false
          "n":{"b":1}             | "n":{"c":{},"b":2,"d":[]}                   | true
          "n":{"b":1}             | "n":{ "b" : 2 }                             | true
          "n":{"b":1}             | "n":{"b":1,"b":2}                           | false
          "n":{"b":1}             | "n":{}                                      | false
          "n":{"b":1}             | "n":[{"b":1}]                               | false
          "n":{"b":1}             | "n":null                                    | false
          "l":[0,1]               | "l":[ {} , 2 , 3 , [] ]                     | true
          "l":[0,1]               | "l":{"1":3}                                 | true
          "l":[0,1]               | "l":[1]                                     | false
          "l":[0,1]               | "l":[]                                      | false
          "l":[0,1]               | "l":[0,1,]                                  | false
          """)
  void shouldReadEachKindOfValue(String usual, String other, boolean isPlain) {
    String event = "{\"a\":1," + REST;
    String changed = event.replace(usual, other);
    assertThat(changed).isNotEqualTo(event);
    for (int i = 0; i < 3; i++) {
      assertThat(isPlain(changed)).as("round %d", i).isEqualTo(isPlain);
      var unused = decodedAlike(changed.getBytes(UTF_8));
      assertThat(isPlain(event)).isTrue();
      assertThat(decodedAlike(event.getBytes(UTF_8))).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u00c0\u0080",
        "\u00c3",
        "\u0080",
        "\u00e0\u0080\u0080",
        "\u00ed\u00a0\u0080",
        "\u00e2\u0082",
        "\u00f0\u0080\u0080\u0080",
        "\u00f4\u0090\u0080\u0080",
        "\u00f5\u0080\u0080\u0080",
        "\u00ff"
      })
  void shouldLeaveTextsThatAreNoUtf8(String bytes) {
    for (String field : new String[] {"\"c\":\"c\"", "\"u\":\"c\"", "\"c\":0"}) {
      String event = "{\"a\":1,\"u\":\"c\"," + REST.replace("\"y\":0", "\"c\":0,\"y\":0");
      event = event.replaceFirst("\"c\":0,", "");
      byte[] broken = event.replace(field, field.replace("c", bytes)).getBytes(ISO_8859_1);
      assertThat(isPlain(broken)).isEqualTo(field.equals("\"c\":0"));
      var unused = decodedAlike(broken);
    }
  }

  @Test
  void shouldNotReadBeyondAnEventThatIsCutOff() {
    byte[] event = ("{\"a\":1,\"u\":\"text\",\"v\":[1,{\"w\":null}]," + REST).getBytes(UTF_8);
    for (int length = 1; length < event.length; length++) {
      assertThat(isPlain(event)).isTrue(); // stands behind the shorter one in the buffer
      byte[] cut = Arrays.copyOf(event, length);
      assertThat(isPlain(cut)).as("%d bytes", length).isFalse();
      assertThat(decodedAlike(cut)).isNotNull();
    }
  }

  @ParameterizedTest
  @CsvSource({"63,true", "64,false", "999,false", "1001,false"})
  void shouldLeaveDeepNesting(int levels, boolean isPlain) {
    byte[] event =
        "{\"a\":1,\"u\":%s1%s,%s"
            .formatted("[".repeat(levels), "]".repeat(levels), REST)
            .getBytes(UTF_8);
    assertThat(isPlain(event)).isEqualTo(isPlain);
    assertThat(decodedAlike(event) == null).isEqualTo(levels < 1000);
  }

  @Test
  void shouldLeaveWhatStandsBehindTheEvent() {
    for (String behind : new String[] {"1", "{}", ",", "}", "\u0000", " x"}) {
      assertThat(isPlain("{\"a\":1," + REST)).isTrue();
      assertThat(isPlain("{\"a\":1," + REST + behind)).isFalse();
      assertThat(decodedAlike(("{\"a\":1," + REST + behind).getBytes(UTF_8))).isNotNull();
    }
  }

  @Test
  void shouldNotTakeAnythingFromTheEventBefore() {
    assertThat(isPlain("{\"a\":1,\"m\":3," + REST)).isTrue();
    assertThat(isPlain("{\"a\":1," + REST)).isTrue();
    assertThat(actual.xt().data[1]).isEqualTo(7.5);
    assertThat(isPlain("{\"m\":3," + REST)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(SampleEvents.class)
  void shouldReadTheSameEventInAnyOrderAsTheSameColumn(SampleEvents shape) {
    JsonExampleDecoder inOrder = decoder(shape);
    JsonExampleDecoder inAnyOrder = decoder(shape);
    MiniBatch column = NamedFields.memory(shape.features(), 1);
    MiniBatch other = NamedFields.memory(shape.features(), 1);
    EventWriter shuffled = EventWriter.shuffled(new Random(3));
    shape
        .events(300)
        .forEach(
            event -> {
              assertThat(inOrder.readPlain(EventWriter.compact().bytes(event), column)).isTrue();
              assertThat(inAnyOrder.readPlain(shuffled.bytes(event), other)).isTrue();
              assertThat(NamedFields.takeInputs(other)).containsExactly(NamedFields.takeInputs(column));
              assertThat(other.yt().data).containsExactly(column.yt().data);
            });
  }

  private static JsonExampleDecoder decoder(SampleEvents shape) {
    return new JsonExampleDecoder(shape.features(), shape.target(), Output.SIGMOID, 1);
  }

  @Test
  void shouldPauseWhereEventsAreNotPlainAndTryAgain() {
    JsonExampleDecoder pausing = new JsonExampleDecoder(FEATURES, plain("y"), Output.IDENTITY, 1);
    byte[] escaped = ("{\"\\u0061\":1," + REST).getBytes(UTF_8);
    byte[] usual = ("{\"a\":1," + REST).getBytes(UTF_8);
    for (int i = 0; i < 32; i++) {
      assertThat(pausing.decode(escaped, actual)).isNull();
    }
    assertThat(pausing.readPlain(usual, actual)).isFalse();
    int paused = 1;
    while (paused < 10_000 && !pausing.readPlain(usual, actual)) {
      paused++;
    }
    assertThat(paused).isEqualTo(2048);
  }

  @Test
  void shouldBoundWhatItLearnsOfNamesThatNeverComeAgain() {
    for (int i = 0; i < 3_000; i++) {
      String event = "{\"a\":%d,\"name-%d\":0,%s".formatted(i, i, REST);
      assertThat(isPlain(event)).isTrue();
      assertThat(actual.xt().data[0]).isEqualTo(i);
    }
  }
}
