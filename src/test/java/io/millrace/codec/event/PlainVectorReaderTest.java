package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.example.Features;
import io.millrace.example.FieldPath;
import io.millrace.example.MiniBatch;
import io.millrace.example.Rejection;
import io.millrace.example.Target;
import io.millrace.nn.Output;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The plain reader against the streaming parser that it stands before: the same doubles to the bit,
 * and the same rejections to the letter. {@code -Dmillrace.fuzz=N} reads N records of each seed.
 */
class PlainVectorReaderTest {
  private static final int RECORDS = Integer.getInteger("millrace.fuzz", 50_000);
  private static final FieldPath FEATURES = FieldPath.parse("features");
  private static final FieldPath LABEL = FieldPath.parse("label");

  private record Model(
      Output output,
      int inputs,
      int outputs,
      JsonExampleDecoder decoder,
      JsonExampleDecoder streaming) {
    Model(Output output, int inputs, int outputs) {
      this(
          output,
          inputs,
          outputs,
          new JsonExampleDecoder("features", "label", output, outputs),
          JsonExampleDecoder.streaming(
              new Features.Vector(FEATURES), new Target.Plain(LABEL), output, outputs));
    }

    @Override
    public String toString() {
      return "%s with %d inputs and %d outputs".formatted(output.text(), inputs, outputs);
    }
  }

  private static final List<Model> MODELS =
      List.of(
          new Model(Output.SIGMOID, 3, 1),
          new Model(Output.SIGMOID, 1, 2),
          new Model(Output.SOFTMAX, 2, 3),
          new Model(Output.IDENTITY, 4, 1),
          new Model(Output.IDENTITY, 2, 2));

  private static final List<String> TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\",
          ".",
          "-",
          "+",
          "e",
          "E",
          "0",
          "00",
          "1",
          "9",
          "null",
          "true",
          "false",
          "NaN",
          "Infinity",
          "-Infinity",
          "1e400",
          "-1e400",
          "-0",
          "-0.0",
          "5e-324",
          "1e-400",
          "0.1",
          "-.5",
          "1.",
          "1e",
          "1e+",
          "1E-07",
          "1e00005",
          "1e99999999999",
          "9007199254740993",
          "123456789012345678901234567890",
          "\"x\"",
          "\"\\u0061\"",
          "[1,2,3]",
          "{\"a\":1}",
          "\"label\":0",
          "\"features\":[1]",
          ",\"id\":7",
          ",\"id\":\"a}\"",
          "\u20ac",
          " ",
          "\t",
          "\r\n",
          "\0",
          "\u007f",
          "\ufeff");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldAgreeWithTheStreamingParserOnEveryRecord(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int plain = 0;
    int accepted = 0;
    for (int i = 0; i < RECORDS; i++) {
      Model model = MODELS.get(random.nextInt(MODELS.size()));
      byte[] record = mutated(random, record(random, model).getBytes(UTF_8));

      Answer fast = answer(model.decoder(), record, model);
      Answer general = answer(model.streaming(), record, model);

      if (!fast.equals(general)) {
        assertThat(fast)
            .as("seed %d, record %d for %s: %s", seed, i, model, new String(record, ISO_8859_1))
            .isEqualTo(general);
      }
      accepted += general.rejection() == null ? 1 : 0;
      plain += reads(model, record) ? 1 : 0;
    }
    assertThat(accepted).as("a fair share of both").isBetween(RECORDS / 4, 3 * RECORDS / 4);
    assertThat(plain).as("what the plain reader read itself").isGreaterThan(accepted / 2);
  }

  /** Records that no fault was put into: all numbers are correctly rounded. */
  @ParameterizedTest
  @ValueSource(longs = {5, 6})
  void shouldReadEveryDoubleAsTheJdkDoes(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Model model = new Model(Output.IDENTITY, 8, 1);
    JsonExampleDecoder decoder = model.decoder();
    MiniBatch batch = new MiniBatch(8, 1, 1);
    for (int i = 0; i < RECORDS / 8; i++) {
      String[] numbers = new String[9];
      Arrays.setAll(numbers, k -> number(random));
      String features = String.join(",", Arrays.copyOf(numbers, 8));
      String record = "{\"features\":[%s],\"label\":%s}".formatted(features, numbers[8]);

      assertThat(decoder.decode(record.getBytes(UTF_8), batch)).as(record).isNull();

      for (int k = 0; k < 9; k++) {
        double read = k < 8 ? batch.xt().data[k] : batch.yt().data[0];
        if (Double.doubleToRawLongBits(read) != Double.doubleToRawLongBits(expected(numbers[k]))) {
          assertThat(read).as("seed %d: %s", seed, numbers[k]).isEqualTo(expected(numbers[k]));
        }
      }
    }
  }

  /** A whole number has no sign when it is zero. */
  private static double expected(String number) {
    return number.equals("-0") ? 0.0 : Double.parseDouble(number);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"features\":[1,2.5,-3e4],\"label\":1}",
        "{\"label\": 0.25, \"features\": [1, 2.5, -3e-4]}",
        "{ \"features\" : [ 0 , -0.0 , 1E+2 ] , \"label\" : 1 }",
        "{\"id\":\"a-1 } ] ,\",\"features\":[1,2,3],\"label\":1,\"at\":1700000000000,\"ok\":true}",
        "{\"x\":null,\"features\":[0.1234567890123456789,1e99,5e-324],\"label\":1,\"y\":false}",
      })
  void shouldReadWhatProgramsWrite(String record) {
    assertThat(reads(MODELS.get(0), record.getBytes(UTF_8))).isTrue();
    assertThat(reads(MODELS.get(0), ("  " + record + " \r\n\t").getBytes(UTF_8))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"features\":[1,2,3],\"label\":2}",
        "{\"features\":[1,2],\"label\":1}",
        "{\"features\":[1,2,3,4],\"label\":1}",
        "{\"features\":[1,2,NaN],\"label\":1}",
        "{\"features\":[1,2,1e999],\"label\":1}",
        "{\"features\":[1,2,3],\"features\":[1,2,3],\"label\":1}",
        "{\"f\\u0065atures\":[1,2,3],\"label\":1}",
        "{\"features\":[1,2,3],\"label\":1,\"x\":\"\u20ac\"}",
        "{\"features\":[1,2,3],\"label\":1,\"x\":{}}",
        "{\"features\":[1,2,3],\"label\":1,\"x\":[}",
        "{\"features\":[1,2,3],\"label\":1}}",
        "{\"features\":[1,2,3],\"label\":1,\"x\":\"}",
        "{\"features\":[1,2,3],\"label\":1,\"x\":\"y   }",
        "{\"features\":[1,2,3],\"label\":01}",
        "{\"features\":[1,2,3],\"label\":1.}",
        "{\"features\":[1,2,3],\"label\":.5}",
        "{\"features\":[1,2,3],\"label\":}",
        "{\"features\":[1,2,3],\"label\":tru}",
        "{\"features\":[1,2,3],\"x\":tru}",
        "{}",
        "}",
        "{",
        "[}",
      })
  void shouldLeaveTheRest(String record) {
    assertThat(reads(MODELS.get(0), record.getBytes(UTF_8))).isFalse();
    assertThat(answer(MODELS.get(0).decoder(), record.getBytes(UTF_8), MODELS.get(0)))
        .isEqualTo(answer(MODELS.get(0).streaming(), record.getBytes(UTF_8), MODELS.get(0)));
  }

  @Test
  void shouldLeaveNamesThatAreNotPlain() {
    for (String name : List.of("\u00e9", "a\"b", "a\\b", "/a/b", "a\nb")) {
      assertThat(PlainVectorReader.of(FieldPath.parse(name), LABEL, Output.SIGMOID, 1))
          .as(name)
          .isEmpty();
    }
    assertThat(PlainVectorReader.of(LABEL, LABEL, Output.SIGMOID, 1)).isEmpty();
    assertThat(PlainVectorReader.of(FieldPath.parse("/x y"), LABEL, Output.SIGMOID, 1)).isPresent();
  }

  private static boolean reads(Model model, byte[] record) {
    Column column = new Column();
    column.moveTo(new MiniBatch(model.inputs(), model.outputs(), 1));
    return PlainVectorReader.of(FEATURES, LABEL, model.output(), model.outputs())
        .orElseThrow()
        .read(record, column);
  }

  private record Answer(@Nullable Rejection rejection, List<Long> bits) {}

  private static Answer answer(JsonExampleDecoder decoder, byte[] record, Model model) {
    MiniBatch batch = new MiniBatch(model.inputs(), model.outputs(), 2);
    batch.append(0, 0); // the second column, so that an index from its start would show
    Rejection rejection = decoder.decode(record, batch);
    if (rejection != null) {
      return new Answer(rejection, List.of());
    }
    return new Answer(
        null,
        DoubleStream.concat(Arrays.stream(batch.xt().data), Arrays.stream(batch.yt().data))
            .mapToObj(Double::doubleToRawLongBits)
            .toList());
  }

  private static String record(SplittableRandom random, Model model) {
    String blank = random.nextInt(3) == 0 ? " " : "";
    String features = "\"features\":%s%s".formatted(blank, numbers(random, model.inputs(), blank));
    String label =
        switch (model.output()) {
          case SOFTMAX -> Integer.toString(random.nextInt(3));
          case SIGMOID -> Double.toString(random.nextInt(5) / 4.0);
          case IDENTITY -> number(random);
        };
    if (model.output() != Output.SOFTMAX && model.outputs() > 1) {
      label = "[%s,%s1]".formatted(label, blank);
    }
    label = "\"label\":" + blank + label;
    boolean swapped = random.nextBoolean();
    return "{%s%s,%s%s}"
        .formatted(
            random.nextInt(4) == 0 ? "\"id\":\"a b\"," : "",
            swapped ? label : features,
            blank + (swapped ? features : label),
            random.nextInt(4) == 0 ? ",\"at\":" + number(random) : "");
  }

  private static String numbers(SplittableRandom random, int count, String blank) {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : "," + blank).append(number(random));
    }
    return text.append(']').toString();
  }

  /** A finite number, as some program writes it. */
  private static String number(SplittableRandom random) {
    double any = anyFinite(random);
    double near = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-3, 7));
    return switch (random.nextInt(11)) {
      case 0 -> Double.toString(any);
      case 1 -> Float.toString((float) near);
      case 2 -> Double.toString(near);
      case 3 -> Integer.toString(random.nextInt(-1000, 1000));
      case 4 -> Long.toString(random.nextLong() >> random.nextInt(64));
      case 5 -> String.format(Locale.ROOT, "%.3f", near);
      case 6 -> String.format(Locale.ROOT, "%.6e", near);
      case 7 -> halfway(random);
      case 8 -> digits(random) + "." + digits(random);
      case 9 -> random.nextInt(-9, 10) + "e" + random.nextInt(-340, 99);
      default -> random.nextBoolean() ? "-0" : "-0.0";
    };
  }

  private static double anyFinite(SplittableRandom random) {
    double any = Double.longBitsToDouble(random.nextLong());
    return Math.abs(any) <= 1e100 ? any : 1.5;
  }

  /** Exactly between two doubles, or a digit far behind off it: the hardest to round. */
  private static String halfway(SplittableRandom random) {
    double any = Math.abs((random.nextDouble() + 1) * Math.pow(2, random.nextInt(-60, 80)));
    String exact =
        new BigDecimal(any)
            .add(new BigDecimal(Math.ulp(any)).divide(BigDecimal.valueOf(2)))
            .toPlainString();
    return switch (random.nextInt(3)) {
      case 0 -> exact;
      case 1 -> exact.indexOf('.') < 0 ? exact : exact + "0001";
      default -> exact.length() > 20 ? exact.substring(0, 20).replaceAll("\\.$", "") : exact;
    };
  }

  private static String digits(SplittableRandom random) {
    int count = random.nextInt(1, 25);
    StringBuilder digits = new StringBuilder(Integer.toString(random.nextInt(1, 10)));
    while (digits.length() < count) {
      digits.append((char) ('0' + random.nextInt(10)));
    }
    return digits.toString();
  }

  /** None to three faults: bytes changed, dropped, inserted; tokens inserted; the end cut off. */
  private static byte[] mutated(SplittableRandom random, byte[] record) {
    byte[] bytes = record;
    for (int faults = random.nextInt(4); faults > 0; faults--) {
      int at = random.nextInt(bytes.length);
      bytes =
          switch (random.nextInt(6)) {
            case 0 -> spliced(bytes, at, 1, new byte[] {(byte) random.nextInt(256)});
            case 1 -> spliced(bytes, at, 1, new byte[0]);
            case 2 -> spliced(bytes, at, bytes.length - at, new byte[] {'}'});
            case 3 -> spliced(bytes, at, 0, Arrays.copyOfRange(bytes, at / 2, at + 1));
            default -> spliced(bytes, at, random.nextInt(3), token(random));
          };
    }
    return bytes;
  }

  private static byte[] token(SplittableRandom random) {
    return TOKENS.get(random.nextInt(TOKENS.size())).getBytes(UTF_8);
  }

  private static byte[] spliced(byte[] bytes, int at, int dropped, byte[] inserted) {
    ByteArrayOutputStream result = new ByteArrayOutputStream();
    result.write(bytes, 0, at);
    result.writeBytes(inserted);
    int rest = Math.min(bytes.length, at + dropped);
    result.write(bytes, rest, bytes.length - rest);
    return result.size() == 0 ? new byte[] {' '} : result.toByteArray();
  }
}
