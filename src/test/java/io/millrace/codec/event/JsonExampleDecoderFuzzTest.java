package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.nn.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The streaming decoder against the same rules written on Jackson's tree, over mutated records. To
 * repeat a failure, run its seed alone.
 */
class JsonExampleDecoderFuzzTest {
  private static final int INPUTS = 3;
  private static final int RECORDS = 5_000;

  private static final ObjectMapper TREE =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .disable(JsonFactory.Feature.CHARSET_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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
          "null",
          "true",
          "NaN",
          "-Infinity",
          "1e400",
          "-0.0",
          "5e-324",
          "0.1",
          "7",
          "-1",
          "1e0",
          "123456789012345678901234567890",
          "\"x\"",
          "[1,2,3]",
          "{\"a\":1}",
          "\"label\":",
          "\"features\":",
          "\"label\":0,",
          "\u20ac",
          " ");

  private record Model(Output output, int outputs) {}

  private static final List<Model> MODELS =
      List.of(
          new Model(Output.SIGMOID, 1),
          new Model(Output.SIGMOID, 2),
          new Model(Output.SOFTMAX, 3),
          new Model(Output.IDENTITY, 1),
          new Model(Output.IDENTITY, 2));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldAgreeWithTheTreeOnWhatIsAcceptedAndOnEveryDouble(long seed) {
    Random random = new Random(seed);
    int acceptedRecords = 0;
    for (int i = 0; i < RECORDS; i++) {
      Model model = MODELS.get(random.nextInt(MODELS.size()));
      byte[] record = mutated(random, record(random, model));
      int number = i;
      Supplier<String> description =
          () ->
              "seed %d, record %d for %s: %s"
                  .formatted(seed, number, model, new String(record, ISO_8859_1));
      MiniBatch batch = new MiniBatch(INPUTS, model.outputs(), 1);
      Rejection rejection =
          new JsonExampleDecoder("features", "label", model.output(), model.outputs())
              .decode(record, batch);

      double[] expected = new double[INPUTS + model.outputs()];
      Reason reason = read(record, model, expected);

      assertThat(rejection == null ? null : rejection.reason()).as(description).isEqualTo(reason);
      if (reason == null) {
        batch.append(0, 0);
        double[] x = Arrays.copyOf(expected, INPUTS);
        double[] y = Arrays.copyOfRange(expected, INPUTS, expected.length);
        assertThat(batch.xt().data).as(description).containsExactly(x);
        assertThat(batch.yt().data).as(description).containsExactly(y);
        acceptedRecords++;
      }
    }
    assertThat(acceptedRecords).as("a fair share of both").isBetween(RECORDS / 5, RECORDS / 2);
  }

  /** A record that is mostly right. */
  private static String record(Random random, Model model) {
    String features = numbers(random, INPUTS, false);
    String label =
        switch (model.output()) {
          case SOFTMAX -> Integer.toString(random.nextInt(3));
          case SIGMOID -> numbers(random, model.outputs(), true);
          case IDENTITY -> numbers(random, model.outputs(), false);
        };
    if (model.outputs() == 1) {
      label = label.substring(1, label.length() - 1);
    }
    String first = "\"features\":" + features;
    String second = "\"label\":" + label;
    boolean swapped = random.nextBoolean();
    return "{%s%s,%s}"
        .formatted(
            random.nextInt(4) == 0 ? "\"id\":{\"a\":[\"\u20ac\",null]}," : "",
            swapped ? second : first,
            swapped ? first : second);
  }

  private static String numbers(Random random, int count, boolean fromZeroToOne) {
    return Arrays.toString(
        IntStream.range(0, count)
            .mapToDouble(i -> fromZeroToOne ? random.nextInt(5) / 4.0 : anyInRange(random))
            .toArray());
  }

  /** A double of any kind, small enough to be learned from. */
  private static double anyInRange(Random random) {
    double number = Doubles.anyFinite(random);
    while (Math.abs(number) > 1e100) {
      number = Doubles.anyFinite(random);
    }
    return number;
  }

  /** None to three faults: bytes changed, dropped, inserted; tokens inserted; the end cut off. */
  private static byte[] mutated(Random random, String record) {
    byte[] bytes = record.getBytes(UTF_8);
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

  private static byte[] token(Random random) {
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

  /** The rules of the contract, on a tree. */
  private static @Nullable Reason read(byte[] record, Model model, double[] target) {
    JsonNode json;
    try {
      json = TREE.readTree(record);
    } catch (IOException e) {
      return Reason.NOT_JSON;
    }
    if (!json.isObject()) {
      return Reason.NOT_JSON;
    }
    Reason features = array(json.path("features"), INPUTS, target, 0);
    double[] label = new double[model.output() == Output.SOFTMAX ? 1 : model.outputs()];
    Reason labelFault = label(json.path("label"), label);
    if (labelFault == null) {
      labelFault = encode(label, model, target);
    }
    return features == null || (labelFault != null && labelFault.compareTo(features) < 0)
        ? labelFault
        : features;
  }

  private static @Nullable Reason label(JsonNode json, double[] label) {
    if (label.length > 1) {
      return json.isNumber() ? Reason.WRONG_SIZE : array(json, label.length, label, 0);
    }
    if (json.isMissingNode() || json.isNull()) {
      return Reason.MISSING_FIELD;
    }
    label[0] = json.doubleValue();
    return !json.isNumber()
        ? Reason.WRONG_TYPE
        : Math.abs(label[0]) <= 1e100 ? null : Reason.NOT_FINITE;
  }

  private static @Nullable Reason array(JsonNode json, int count, double[] target, int start) {
    if (json.isMissingNode() || json.isNull()) {
      return Reason.MISSING_FIELD;
    }
    if (!json.isArray()) {
      return Reason.WRONG_TYPE;
    }
    boolean finite = true;
    for (int i = 0; i < json.size(); i++) {
      if (!json.get(i).isNumber()) {
        return Reason.WRONG_TYPE;
      }
      double number = json.get(i).doubleValue();
      finite &= Math.abs(number) <= 1e100;
      if (i < count) {
        target[start + i] = number;
      }
    }
    return json.size() != count ? Reason.WRONG_SIZE : finite ? null : Reason.NOT_FINITE;
  }

  private static @Nullable Reason encode(double[] label, Model model, double[] target) {
    if (model.output() == Output.SOFTMAX) {
      for (int k = 0; k < model.outputs(); k++) {
        target[INPUTS + k] = label[0] == k ? 1 : 0;
      }
      return IntStream.range(0, model.outputs()).anyMatch(k -> label[0] == k)
          ? null
          : Reason.BAD_LABEL;
    }
    System.arraycopy(label, 0, target, INPUTS, label.length);
    return model.output() == Output.IDENTITY || Arrays.stream(label).allMatch(y -> 0 <= y && y <= 1)
        ? null
        : Reason.BAD_LABEL;
  }
}
