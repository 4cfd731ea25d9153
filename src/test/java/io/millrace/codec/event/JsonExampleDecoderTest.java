package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.nn.Output;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rows of the dead-letter table that apply to the vector form of JSON, and what is accepted.
 */
class JsonExampleDecoderTest {
  private static final int INPUTS = 2;

  /** A record, the model it is for, and why it is rejected: the words name the field and value. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Rejected(
      Output output, int outputs, byte @Nullable [] value, Reason reason, List<String> words) {
    @Override
    public String toString() {
      String shown = value == null ? "null" : new String(value, ISO_8859_1);
      return "%s for %s: %s"
          .formatted(reason.code(), output, shown.length() > 80 ? shown.substring(0, 80) : shown);
    }
  }

  private static Rejected rejected(String value, Reason reason, String... words) {
    return rejected(Output.SIGMOID, 1, value, reason, words);
  }

  private static Rejected rejected(
      Output output, int outputs, String value, Reason reason, String... words) {
    return new Rejected(output, outputs, value.getBytes(UTF_8), reason, List.of(words));
  }

  private static Rejected rejected(byte @Nullable [] value, Reason reason, String... words) {
    return new Rejected(Output.SIGMOID, 1, value, reason, List.of(words));
  }

  static Stream<Rejected> notJson() {
    String good = "{\"features\":[1,2],\"label\":1}";
    String accented = "{\"features\":[1,2],\"label\":1,\"caf\u00e9\":\"cr\u00e8me\"}";
    return Stream.of(
        rejected((byte[]) null, Reason.NOT_JSON, "empty", "expected a JSON object"),
        rejected("", Reason.NOT_JSON, "empty", "expected a JSON object"),
        rejected("   \r\n\t", Reason.NOT_JSON, "JSON object", "got nothing"),
        rejected("[1,2,1]", Reason.NOT_JSON, "JSON object", "got an array"),
        rejected("[" + good + "]", Reason.NOT_JSON, "JSON object", "got an array"),
        rejected("5", Reason.NOT_JSON, "JSON object", "got 5"),
        rejected("NaN", Reason.NOT_JSON, "JSON object", "got NaN"),
        rejected("null", Reason.NOT_JSON, "JSON object", "got null"),
        rejected("true", Reason.NOT_JSON, "JSON object", "got true"),
        rejected("\"text\"", Reason.NOT_JSON, "JSON object", "got \"text\""),
        rejected("features=1,2", Reason.NOT_JSON, "features"),
        rejected("{features:[1,2],label:1}", Reason.NOT_JSON, "'f'"),
        rejected("{'features':[1,2],'label':1}", Reason.NOT_JSON, "'''"),
        rejected("{\"features\":[1,2],\"label\":1,}", Reason.NOT_JSON, "'}'"),
        rejected("{\"features\":[1,2,],\"label\":1}", Reason.NOT_JSON, "']'"),
        rejected("{\"features\":[1,,2],\"label\":1}", Reason.NOT_JSON, "','"),
        rejected("{\"features\":[1 2],\"label\":1}", Reason.NOT_JSON, "'2'"),
        rejected("{\"features\":[01,2],\"label\":1}", Reason.NOT_JSON),
        rejected("{\"features\":[+1,2],\"label\":1}", Reason.NOT_JSON),
        rejected("{\"features\":[.5,2],\"label\":1}", Reason.NOT_JSON),
        rejected("{\"features\":[5.,2],\"label\":1}", Reason.NOT_JSON),
        rejected("{\"features\":[1e,2],\"label\":1}", Reason.NOT_JSON),
        rejected("{\"features\":[0x1,2],\"label\":1}", Reason.NOT_JSON, "'x'"),
        rejected("{\"features\":[1,2],\"label\":1d}", Reason.NOT_JSON, "'d'"),
        rejected("{\"features\":[1,2],\"label\":nope}", Reason.NOT_JSON, "nope"),
        rejected("{\"features\":[1,2],\"label\":1,\"id\":\"a\nb\"}", Reason.NOT_JSON),
        rejected("{\"features\":[1,2],\"label\":1,\"id\":\"\\q\"}", Reason.NOT_JSON, "'q'"),
        rejected("{\"features\":[1,2],\"label\":1}}", Reason.NOT_JSON, "'}'"),
        rejected(good + good, Reason.NOT_JSON, "nothing after it", "got an object"),
        rejected(good + " 7", Reason.NOT_JSON, "nothing after it", "got 7"),
        rejected(good + " \"more\"", Reason.NOT_JSON, "nothing after it", "got \"more\""),
        rejected(good + " text", Reason.NOT_JSON, "text"),
        rejected(good + "\u0000", Reason.NOT_JSON),
        rejected(good.getBytes(UTF_16), Reason.NOT_JSON),
        rejected(good.getBytes(UTF_16LE), Reason.NOT_JSON),
        rejected(accented.getBytes(ISO_8859_1), Reason.NOT_JSON, "UTF-8"),
        rejected("{\"id\":\"\u00ff\"}".getBytes(ISO_8859_1), Reason.NOT_JSON, "UTF-8"),
        rejected("\ufeff" + good, Reason.NOT_JSON),
        rejected("{\"deep\":" + "[".repeat(1001) + "]".repeat(1001) + "}", Reason.NOT_JSON, "1000"),
        rejected("{\"deep\":" + "{\"a\":".repeat(1001), Reason.NOT_JSON, "1000"),
        rejected("{\"features\":" + "[".repeat(200_000), Reason.NOT_JSON, "1000"));
  }

  static Stream<Rejected> missingField() {
    return Stream.of(
        rejected("{}", Reason.MISSING_FIELD, "features", "absent"),
        rejected("{\"label\":1}", Reason.MISSING_FIELD, "features", "absent"),
        rejected("{\"features\":[1,2]}", Reason.MISSING_FIELD, "label", "absent"),
        rejected("{\"features\":null,\"label\":1}", Reason.MISSING_FIELD, "features", "null"),
        rejected("{\"features\":[1,2],\"label\":null}", Reason.MISSING_FIELD, "label", "null"),
        rejected("{\"Features\":[1,2],\"label\":1}", Reason.MISSING_FIELD, "features", "absent"),
        rejected("{\"a\":{\"features\":[1,2],\"label\":1}}", Reason.MISSING_FIELD, "features"),
        rejected(
            Output.SIGMOID,
            2,
            "{\"features\":[1,2],\"label\":null}",
            Reason.MISSING_FIELD,
            "label",
            "null"));
  }

  static Stream<Rejected> wrongType() {
    return Stream.of(
        rejected("{\"features\":1,\"label\":1}", Reason.WRONG_TYPE, "features", "array", "got 1"),
        rejected("{\"features\":\"1,2\",\"label\":1}", Reason.WRONG_TYPE, "features", "\"1,2\""),
        rejected("{\"features\":true,\"label\":1}", Reason.WRONG_TYPE, "features", "got true"),
        rejected(
            "{\"features\":{\"a\":1,\"b\":2},\"label\":1}",
            Reason.WRONG_TYPE,
            "features",
            "an array of 2 numbers",
            "got an object"),
        rejected(
            "{\"features\":[1,\"2\"],\"label\":1}", Reason.WRONG_TYPE, "features[1]", "got \"2\""),
        rejected(
            "{\"features\":[false,2],\"label\":1}", Reason.WRONG_TYPE, "features[0]", "got false"),
        rejected(
            "{\"features\":[1,null],\"label\":1}", Reason.WRONG_TYPE, "features[1]", "got null"),
        rejected(
            "{\"features\":[[1],2],\"label\":1}", Reason.WRONG_TYPE, "features[0]", "got an array"),
        rejected(
            "{\"features\":[1,{\"x\":[2,{}]}],\"label\":1}",
            Reason.WRONG_TYPE,
            "features[1]",
            "got an object"),
        rejected(
            "{\"features\":[1,\"NaN\"],\"label\":1}",
            Reason.WRONG_TYPE,
            "features[1]",
            "got \"NaN\""),
        rejected("{\"features\":[1,2],\"label\":\"1\"}", Reason.WRONG_TYPE, "label", "got \"1\""),
        rejected("{\"features\":[1,2],\"label\":true}", Reason.WRONG_TYPE, "label", "got true"),
        rejected("{\"features\":[1,2],\"label\":[1]}", Reason.WRONG_TYPE, "label", "got an array"),
        rejected("{\"features\":[1,2],\"label\":{}}", Reason.WRONG_TYPE, "label", "got an object"),
        rejected(
            Output.SIGMOID,
            2,
            "{\"features\":[1,2],\"label\":\"0,1\"}",
            Reason.WRONG_TYPE,
            "label",
            "an array of 2 numbers",
            "got \"0,1\""),
        rejected(
            Output.SIGMOID,
            2,
            "{\"features\":[1,2],\"label\":[0,null]}",
            Reason.WRONG_TYPE,
            "label[1]",
            "got null"),
        rejected(
            Output.SOFTMAX,
            3,
            "{\"features\":[1,2],\"label\":[0,0,1]}",
            Reason.WRONG_TYPE,
            "label",
            "got an array"));
  }

  static Stream<Rejected> wrongSize() {
    return Stream.of(
        rejected(
            "{\"features\":[],\"label\":1}", Reason.WRONG_SIZE, "features", "2 numbers", "got 0"),
        rejected(
            "{\"features\":[1],\"label\":1}", Reason.WRONG_SIZE, "features", "2 numbers", "got 1"),
        rejected(
            "{\"features\":[1,2,3],\"label\":1}",
            Reason.WRONG_SIZE,
            "features",
            "2 numbers",
            "got 3"),
        rejected(
            Output.SIGMOID,
            2,
            "{\"features\":[1,2],\"label\":1}",
            Reason.WRONG_SIZE,
            "label",
            "2 numbers",
            "got 1"),
        rejected(
            Output.IDENTITY,
            2,
            "{\"features\":[1,2],\"label\":[]}",
            Reason.WRONG_SIZE,
            "label",
            "2 numbers",
            "got 0"),
        rejected(
            Output.IDENTITY,
            2,
            "{\"features\":[1,2],\"label\":[1,2,3]}",
            Reason.WRONG_SIZE,
            "label",
            "2 numbers",
            "got 3"));
  }

  static Stream<Rejected> notFinite() {
    return Stream.concat(
        Stream.of(
                "NaN",
                "Infinity",
                "-Infinity",
                "1e400",
                "-1e400",
                "1.0001e100",
                "-1e101",
                "1" + "0".repeat(400))
            .flatMap(
                number ->
                    Stream.of(
                        rejected(
                            "{\"features\":[1,%s],\"label\":1}".formatted(number),
                            Reason.NOT_FINITE,
                            "features[1]",
                            number.substring(0, Math.min(80, number.length()))),
                        rejected(
                            "{\"features\":[1,2],\"label\":%s}".formatted(number),
                            Reason.NOT_FINITE,
                            "label",
                            number.substring(0, Math.min(80, number.length()))))),
        Stream.of(
            rejected(
                Output.IDENTITY,
                2,
                "{\"features\":[1,2],\"label\":[0,1e309]}",
                Reason.NOT_FINITE,
                "label[1]",
                "1e309")));
  }

  static Stream<Rejected> badLabel() {
    String label = "{\"features\":[1,2],\"label\":%s}";
    return Stream.concat(
        Stream.of("-1", "2", "1.0000000000000002", "-5e-324", "1e99")
            .map(
                bad ->
                    rejected(
                        label.formatted(bad),
                        Reason.BAD_LABEL,
                        "label",
                        "from 0 to 1",
                        Double.toString(Double.parseDouble(bad)))),
        Stream.concat(
            Stream.of("-1", "3", "1.5", "1e99", "2.9999999999999996")
                .map(
                    bad ->
                        rejected(
                            Output.SOFTMAX,
                            3,
                            label.formatted(bad),
                            Reason.BAD_LABEL,
                            "label",
                            "0 to 2",
                            Double.toString(Double.parseDouble(bad)))),
            Stream.of(
                rejected(
                    Output.SIGMOID,
                    2,
                    label.formatted("[1,1.5]"),
                    Reason.BAD_LABEL,
                    "label[1]",
                    "from 0 to 1",
                    "1.5"))));
  }

  /** Of several faults the one that stands first in the table is named. */
  static Stream<Rejected> severalFaults() {
    return Stream.of(
        rejected("{\"label\":7,\"features\":[\"a\",NaN]", Reason.NOT_JSON),
        rejected("{\"features\":[1],\"label\":\"x\"} {}", Reason.NOT_JSON),
        rejected("{\"features\":[\"a\",1]}", Reason.MISSING_FIELD, "label"),
        rejected("{\"label\":7,\"features\":null}", Reason.MISSING_FIELD, "features"),
        rejected("{}", Reason.MISSING_FIELD, "features"),
        rejected("{\"features\":[1],\"label\":\"x\"}", Reason.WRONG_TYPE, "label"),
        rejected("{\"label\":7,\"features\":[1,\"x\",3]}", Reason.WRONG_TYPE, "features[1]"),
        rejected("{\"features\":[NaN,\"x\"],\"label\":1}", Reason.WRONG_TYPE, "features[1]"),
        rejected("{\"features\":[\"x\",\"y\"],\"label\":1}", Reason.WRONG_TYPE, "features[0]"),
        rejected("{\"features\":[1,2,NaN],\"label\":1}", Reason.WRONG_SIZE, "features"),
        rejected("{\"label\":NaN,\"features\":[1]}", Reason.WRONG_SIZE, "features"),
        rejected("{\"label\":7,\"features\":[1]}", Reason.WRONG_SIZE, "features"),
        rejected("{\"label\":7,\"features\":[1,NaN]}", Reason.NOT_FINITE, "features[1]"),
        rejected(
            Output.SIGMOID,
            2,
            "{\"features\":[1,2],\"label\":[7,NaN]}",
            Reason.NOT_FINITE,
            "label[1]"),
        rejected(
            Output.SIGMOID, 2, "{\"features\":[1,2],\"label\":[7]}", Reason.WRONG_SIZE, "label"));
  }

  @ParameterizedTest
  @MethodSource({
    "notJson",
    "missingField",
    "wrongType",
    "wrongSize",
    "notFinite",
    "badLabel",
    "severalFaults"
  })
  void shouldRejectWithTheReasonAndNameFieldAndValue(Rejected expected) {
    Rejection rejection =
        Objects.requireNonNull(
            decode(expected.output(), expected.outputs(), expected.value()), "accepted");

    assertThat(rejection.reason()).as(rejection.detail()).isEqualTo(expected.reason());
    assertThat(expected.words()).allSatisfy(word -> assertThat(rejection.detail()).contains(word));
    assertThat(rejection.detail()).doesNotContainPattern("\\p{Cntrl}").hasSizeLessThan(400);
  }

  @Test
  void shouldRejectARecordThatEndsEarlyWhereverItEnds() {
    byte[] whole =
        "{\"id\":{\"a\":[\"x\",null]},\"features\":[1.5,-2e1],\"label\":1}".getBytes(UTF_8);

    for (int length = 0; length < whole.length; length++) {
      Rejection rejection = decode(Output.SIGMOID, 1, Arrays.copyOf(whole, length));
      assertThat(rejection).as("the first %d bytes", length).isNotNull();
      assertThat(Objects.requireNonNull(rejection).reason())
          .as("the first %d bytes", length)
          .isEqualTo(Reason.NOT_JSON);
    }
    assertThat(decode(Output.SIGMOID, 1, whole)).isNull();
  }

  @Test
  void shouldSayWhatIsWrongAndWhereWithoutTheParsersInternals() {
    Rejection rejection = decode(Output.SIGMOID, 1, "{\"features\":[1,2".getBytes(UTF_8));

    assertThat(Objects.requireNonNull(rejection).detail())
        .isEqualTo(
            "Broken JSON at line 1, column 17: it ends too early, the array that starts at line 1,"
                + " column 13 is not closed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":}        ~ 6: unexpected '}', expected a value
          {"a":1,}      ~ 8: unexpected '}', expected a field name in double quotes
          {"a":1        ~ 7: it ends too early, the object that starts at line 1, column 1 is not closed
          {"a":"x       ~ 8: it ends too early
          {a:1}         ~ 2: unexpected 'a', expected a field name in double quotes
          {"a":None}    ~ 6: 'None' is not a JSON value
          {"a":01}      ~ 7: a number must not have leading zeros
          {"a":1.}      ~ 8: unexpected '}', expected a digit after the decimal point
          {"a":+1}      ~ 7: unexpected '+', a number must not start with a plus sign
          {"a":-}       ~ 7: unexpected '}', expected a digit after the minus sign
          {"a":1e}      ~ 8: unexpected '}', expected a digit after the exponent
          {"a":.5}      ~ 6: unexpected '.', expected a value
          {"a":"\\x"}   ~ 8: unknown escape sequence 'x'
          {"a":[1,2}    ~ 10: unexpected '}', expected ']' to close the array that starts at line 1, column 6
          {"a":1 "b":2} ~ 8: unexpected '"', expected a comma or the end of the object
          {"a" 1}       ~ 6: unexpected '1', expected a colon after the field name
          <xml/>        ~ 1: unexpected '<', expected a value
          """)
  void shouldSayInPlainWordsWhatIsBroken(String value, String detail) {
    Rejection rejection = decode(Output.SIGMOID, 1, value.getBytes(UTF_8));

    assertThat(Objects.requireNonNull(rejection).detail())
        .isEqualTo("Broken JSON at line 1, column " + detail);
  }

  @Test
  void shouldNameNoJavaClassForBytesThatAreNoText() {
    assertThat(detail(new byte[] {'{', '"', (byte) 0xff, '"'}))
        .isEqualTo("Broken JSON at line 1, column 5: the bytes are not UTF-8");
    assertThat(detail("{\"a\":\"\n\"}".getBytes(UTF_8)))
        .startsWith("Broken JSON at line 1, column ")
        .endsWith(": the control character 10 in a text must be escaped");
    assertThat(detail(("{\"a\":" + "[".repeat(1001)).getBytes(UTF_8)))
        .isEqualTo("Broken JSON: it is nested deeper than 1000 levels");
  }

  private static String detail(byte[] value) {
    return Objects.requireNonNull(decode(Output.SIGMOID, 1, value)).detail();
  }

  /** A record, the model it is for, and the columns of X and Y that it becomes. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Accepted(Output output, int outputs, String value, double[] x, double[] y) {
    @Override
    public String toString() {
      return "%s, %d outputs: %s"
          .formatted(
              output, outputs, value.length() > 100 ? value.substring(0, 100) + "..." : value);
    }
  }

  private static Accepted accepted(String value, double... xAndLabel) {
    return new Accepted(
        Output.IDENTITY,
        1,
        value,
        Arrays.copyOf(xAndLabel, INPUTS),
        Arrays.copyOfRange(xAndLabel, INPUTS, xAndLabel.length));
  }

  private static Accepted label(Output output, int outputs, String label, double... y) {
    return new Accepted(
        output,
        outputs,
        "{\"features\":[1,2],\"label\":%s}".formatted(label),
        new double[] {1, 2},
        y);
  }

  static Stream<Accepted> records() {
    return Stream.of(
        accepted("{\"features\":[0.1,-2],\"label\":3e4}", 0.1, -2, 3e4),
        accepted(" {\r\n\t\"features\" : [ 1 , 2 ] , \"label\" : 3 } \n", 1, 2, 3),
        accepted("{\"label\":3,\"features\":[1,2]}", 1, 2, 3),
        accepted("{\"\\u0066eatures\":[1,2],\"la\\u0062el\":3}", 1, 2, 3),
        accepted("{\"features\":[9,9],\"features\":[1,2],\"label\":8,\"label\":3}", 1, 2, 3),
        accepted("{\"features\":[\"x\"],\"label\":null,\"features\":[1,2],\"label\":3}", 1, 2, 3),
        accepted("{\"features\":[NaN,1,2],\"label\":{},\"features\":[1,2],\"label\":3}", 1, 2, 3),
        accepted(
            "{\"id\":\"a\",\"features\":[1,2],\"o\":{\"features\":[7],\"label\":[9]},\"label\":3,"
                + "\"more\":[null,true,[1,\"]}\"],{}],\"n\":NaN,\"big\":1e999,\"\":0}",
            1,
            2,
            3),
        accepted("{\"\u20ac\":\"\ud83d\ude00\",\"features\":[1,2],\"label\":3}", 1, 2, 3),
        accepted("{\"d\":" + "[".repeat(999) + "]".repeat(999) + ",%s}".formatted(VECTOR), 1, 2, 3),
        accepted("{\"s\":\"" + "x".repeat(300_000) + "\"," + VECTOR + "}", 1, 2, 3),
        accepted("{\"" + "n".repeat(300_000) + "\":0," + VECTOR + "}", 1, 2, 3),
        accepted("{\"features\":[-0.0,0],\"label\":-0.0}", -0.0, 0, -0.0),
        accepted(
            "{\"features\":[5e-324,-5E-324],\"label\":2e-324}",
            Double.MIN_VALUE,
            -Double.MIN_VALUE,
            0),
        accepted(
            "{\"features\":[1e+100,2.2250738585072014E-308],\"label\":1e-400}",
            1e100,
            Double.MIN_NORMAL,
            0),
        accepted(
            "{\"features\":[0.30000000000000004,9007199254740993],\"label\":9223372036854775808}",
            0.30000000000000004,
            0x1p53,
            0x1p63),
        accepted(
            "{\"features\":[1%s,0.%s1],\"label\":0.1%s}"
                .formatted("0".repeat(99), "0".repeat(300), "0".repeat(5_000)),
            1e99,
            1e-301,
            0.1),
        accepted(
            "{\"features\":[%se-5000,0.%s1e5001],\"label\":1}"
                .formatted("1" + "0".repeat(5_000), "0".repeat(5_000)),
            1,
            1,
            1));
  }

  private static final String VECTOR = "\"features\":[1,2],\"label\":3";

  static Stream<Accepted> labels() {
    return Stream.of(
        label(Output.SIGMOID, 1, "0", 0),
        label(Output.SIGMOID, 1, "1", 1),
        label(Output.SIGMOID, 1, "1.0", 1),
        label(Output.SIGMOID, 1, "0.25", 0.25),
        label(Output.SIGMOID, 1, "-0.0", -0.0),
        label(Output.SIGMOID, 3, "[0,0.5,1]", 0, 0.5, 1),
        label(Output.SOFTMAX, 3, "0", 1, 0, 0),
        label(Output.SOFTMAX, 3, "2", 0, 0, 1),
        label(Output.SOFTMAX, 3, "1.0", 0, 1, 0),
        label(Output.SOFTMAX, 3, "1e0", 0, 1, 0),
        label(Output.IDENTITY, 1, "-1e100", -1e100),
        label(Output.IDENTITY, 2, "[-7,1e5]", -7, 1e5));
  }

  @ParameterizedTest
  @MethodSource({"records", "labels"})
  void shouldAcceptAndReadToTheLastBit(Accepted expected) {
    MiniBatch batch = new MiniBatch(INPUTS, expected.outputs(), 1);

    assertThat(
            decoder(expected.output(), expected.outputs())
                .decode(expected.value().getBytes(UTF_8), batch))
        .isNull();
    batch.append(0, 0);

    assertThat(bits(batch.xt().data)).containsExactly(bits(expected.x()));
    assertThat(bits(batch.yt().data)).containsExactly(bits(expected.y()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldReadSeededDoublesExactly(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      double[] numbers =
          random
              .longs()
              .mapToDouble(Double::longBitsToDouble)
              .filter(number -> Math.abs(number) <= 1e100)
              .limit(3)
              .toArray();
      String record =
          "{\"features\":[%s,%s],\"label\":%s}".formatted(numbers[0], numbers[1], numbers[2]);
      MiniBatch batch = new MiniBatch(INPUTS, 1, 1);

      assertThat(decoder(Output.IDENTITY, 1).decode(record.getBytes(UTF_8), batch)).isNull();

      assertThat(bits(batch.xt().data))
          .as("seed %d: %s", seed, record)
          .containsExactly(bits(Arrays.copyOf(numbers, 2)));
      assertThat(bits(batch.yt().data))
          .as("seed %d: %s", seed, record)
          .containsExactly(bits(numbers[2]));
    }
  }

  @Test
  void shouldTakeTheNamesOfTheFieldsFromItsConstructor() {
    ExampleDecoder decoder = new JsonExampleDecoder("x", "wait \u00b5s", Output.IDENTITY, 1);
    MiniBatch batch = new MiniBatch(INPUTS, 1, 1);

    assertThat(decoder.decode("{\"x\":[1,2],\"wait \u00b5s\":3}".getBytes(UTF_8), batch)).isNull();
    assertThat(decoder.decode("{\"x\":[1,2],\"label\":3}".getBytes(UTF_8), batch))
        .isEqualTo(new Rejection(Reason.MISSING_FIELD, "The field wait \u00b5s is absent"));
  }

  @ParameterizedTest
  @EnumSource(Output.class)
  void shouldLeaveTheExamplesBeforeItUntouchedWhateverItIs(Output output) {
    int outputs = 2;
    MiniBatch batch = new MiniBatch(INPUTS, outputs, 3);
    fill(batch, 11);
    fill(batch, 22);
    double[] x = batch.xt().data.clone();
    double[] y = batch.yt().data.clone();

    Stream.of(notJson(), missingField(), wrongType(), wrongSize(), notFinite(), badLabel())
        .flatMap(rejected -> rejected)
        .forEach(
            rejected -> {
              Rejection unused = decoder(output, outputs).decode(rejected.value(), batch);
              assertThat(Arrays.copyOf(batch.xt().data, 2 * INPUTS))
                  .as(rejected.toString())
                  .containsExactly(Arrays.copyOf(x, 2 * INPUTS));
              assertThat(Arrays.copyOf(batch.yt().data, 2 * outputs))
                  .as(rejected.toString())
                  .containsExactly(Arrays.copyOf(y, 2 * outputs));
            });
    assertThat(batch.size()).isEqualTo(2);
    assertThat(batch.describeOffsets()).isEqualTo("11, 22");
  }

  @Test
  void shouldOverwriteWhatARejectedRecordLeftInTheFreeColumn() {
    ExampleDecoder decoder = decoder(Output.SOFTMAX, 2);
    MiniBatch batch = new MiniBatch(INPUTS, 2, 1);

    assertThat(decoder.decode("{\"features\":[8,9,10],\"label\":1}".getBytes(UTF_8), batch))
        .isNotNull();
    assertThat(decoder.decode("{\"features\":[1,2],\"label\":0}".getBytes(UTF_8), batch)).isNull();
    batch.append(0, 0);

    assertThat(batch.xt().data).containsExactly(1, 2);
    assertThat(batch.yt().data).containsExactly(1, 0);
  }

  /** Names that hash alike must not stop the task: the record is rejected or read, not thrown. */
  @Test
  void shouldSurviveHundredsOfThousandsOfFieldNames() {
    ExampleDecoder decoder = decoder(Output.IDENTITY, 1);
    MiniBatch batch = new MiniBatch(INPUTS, 1, 1);
    String names =
        new Random(1)
            .ints(200_000)
            .mapToObj(name -> "\"%d\":0,".formatted(name))
            .collect(Collectors.joining());

    assertThat(decoder.decode("{%s%s}".formatted(names, VECTOR).getBytes(UTF_8), batch)).isNull();
  }

  @Test
  void shouldShortenALongValueWithoutCuttingACharacterInHalf() {
    String value = "\ud83d\ude00".repeat(200);

    for (String shifted : List.of(value, "x" + value)) {
      Rejection rejection =
          decode(
              Output.SIGMOID,
              1,
              "{\"features\":[1,2],\"label\":\"%s\"}".formatted(shifted).getBytes(UTF_8));

      String detail = Objects.requireNonNull(rejection).detail();
      assertThat(detail).hasSizeLessThan(150).contains("\u2026");
      assertThat(new String(detail.getBytes(UTF_8), UTF_8)).isEqualTo(detail);
    }
  }

  @Test
  void shouldKeepTheSentenceOnOneLine() {
    Rejection rejection =
        decode(
            Output.SIGMOID,
            1,
            "{\"features\":[1,2],\"label\":\"a\\nb\\u0085c\\u2028d\\u0000\"}".getBytes(UTF_8));

    assertThat(Objects.requireNonNull(rejection).detail())
        .doesNotContainPattern("[\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]");
  }

  private static @Nullable Rejection decode(Output output, int outputs, byte @Nullable [] value) {
    return decoder(output, outputs).decode(value, new MiniBatch(INPUTS, outputs, 1));
  }

  private static JsonExampleDecoder decoder(Output output, int outputs) {
    return new JsonExampleDecoder("features", "label", output, outputs);
  }

  private static void fill(MiniBatch batch, int number) {
    int column = batch.size();
    Arrays.fill(batch.xt().data, column * batch.inputs(), (column + 1) * batch.inputs(), number);
    Arrays.fill(batch.yt().data, column * batch.outputs(), (column + 1) * batch.outputs(), number);
    batch.append(0, number);
  }

  private static long[] bits(double... numbers) {
    return DoubleStream.of(numbers).mapToLong(Double::doubleToRawLongBits).toArray();
  }
}
