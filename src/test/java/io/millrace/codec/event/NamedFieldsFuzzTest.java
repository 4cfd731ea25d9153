package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.example.Cycle;
import io.millrace.example.Feature;
import io.millrace.example.Features;
import io.millrace.example.MiniBatch;
import io.millrace.example.Rejection;
import io.millrace.example.Target;
import io.millrace.nn.Output;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random configurations and random events, decoded by the decoder and by the naive one. */
class NamedFieldsFuzzTest {
  private static final String[] NAMES = {"a", "b", "c", "0", "1", "a/b", "", "~"};
  private static final String[] FIELDS = {
    "a", "b", "c", "/a", "/a/b", "/a/0", "/b/1", "/b/1/a", "/c/a/0", "/a~1b", "/~0", "/", "/0",
    "/b/-"
  };
  private static final String[] SCALARS = {
    "0",
    "1",
    "-1",
    "1.0",
    "1.50",
    "15e-1",
    "-0.0",
    "1e3",
    "1E+2",
    "123456789012345678901234567890",
    "0.1",
    "1e-7",
    "1e308",
    "1e309",
    "-1e999",
    "NaN",
    "-Infinity",
    "true",
    "false",
    "null",
    "\"\"",
    "\"x\"",
    "\"1\"",
    "\"1.0\"",
    "\"true\"",
    "\"Z\\u00fcrich\"",
    "\"\uD83D\uDE00\"",
    "978307260000",
    "-1.5",
    "8.7e15",
    "\"2001-01-01\"",
    "\"2001-02-29\"",
    "\"2001-03-25T01:30:00Z\"",
    "\"2001-10-28T02:30\"",
    "\"2001-10-28T02:30:15.25-03:30\"",
    "\"noon\"",
    "\"DOWN\"",
    "\"UP\"",
    "2"
  };
  private static final String[] CATEGORIES = {
    "x", "1", "1.5", "true", "", "Z\u00fcrich", "1000", "0", "0.0000001", "UP"
  };

  private final Random random = new Random();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldDecodeAsTheNaiveOne(long seed) {
    random.setSeed(seed);
    int accepted = 0;
    for (int r = 0; r < 60; r++) {
      int round = r;
      Features.Named features = features();
      Output output = pick(Output.values());
      int outputs = output == Output.SOFTMAX ? 2 : 1;
      Target target = target(output);
      JsonExampleDecoder decoder = new JsonExampleDecoder(features, target, output, outputs);
      MiniBatch memory = NamedFields.memory(features, outputs);
      for (int i = 0; i < 60; i++) {
        String json = event();
        Supplier<String> what =
            () -> "seed %d, round %d: %s %s: %s".formatted(seed, round, features, target, json);
        Rejection rejection = decoder.decode(json.getBytes(UTF_8), memory);
        NaiveNamedFields.Decoded naive =
            NaiveNamedFields.decode(features, target, output, outputs, json);
        assertThat(rejection == null ? null : rejection.reason())
            .as(what)
            .isEqualTo(naive.reason());
        if (rejection == null) {
          accepted++;
          assertThat(boxed(NamedFields.takeInputs(memory))).as(what).isEqualTo(naive.x());
          assertThat(boxed(memory.yt().data)).as(what).isEqualTo(naive.y());
        }
      }
    }
    assertThat(accepted).as("seed %d", seed).isGreaterThan(30);
  }

  /** A decimal number has no negative zero, so that the naive one has none. */
  private static List<Double> boxed(double[] numbers) {
    return Arrays.stream(numbers).map(number -> number + 0.0).boxed().toList();
  }

  @SafeVarargs
  private <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private Features.Named features() {
    List<Feature> features = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      String field = pick(FIELDS);
      features.add(
          switch (random.nextInt(6)) {
            case 0 -> NamedFields.number(field);
            case 1, 2 -> NamedFields.number(field, random.nextInt(5));
            case 3 -> NamedFields.oneHot(field, categories());
            case 4 -> NamedFields.hash(field, 1 + random.nextInt(7));
            default ->
                NamedFields.time(
                    field,
                    pick("UTC", "Europe/Berlin", "-05:00"),
                    pick(Cycle.values()),
                    pick(Cycle.values()));
          });
    }
    return new Features.Named(features);
  }

  private String[] categories() {
    int from = random.nextInt(CATEGORIES.length - 2);
    return Arrays.copyOfRange(CATEGORIES, from, CATEGORIES.length);
  }

  private Target target(Output output) {
    String field = pick("a", "b", "/c/a", "label");
    return switch (random.nextInt(output == Output.IDENTITY ? 1 : 3)) {
      case 0 -> NamedFields.plain(field);
      case 1 -> NamedFields.above(field, random.nextInt(3));
      default -> NamedFields.classes(field, "DOWN", "UP");
    };
  }

  /** Mostly an object, sometimes cut short, now and then something else. */
  private String event() {
    String json = random.nextInt(20) == 0 ? value(2) : object(3);
    return random.nextInt(40) == 0 ? json.substring(0, random.nextInt(json.length() + 1)) : json;
  }

  private String value(int depth) {
    return switch (depth == 0 ? 9 : random.nextInt(10)) {
      case 0, 1 -> object(depth);
      case 2 -> array(depth);
      default -> pick(SCALARS);
    };
  }

  private String object(int depth) {
    List<String> fields = new ArrayList<>();
    for (int i = random.nextInt(14); i > 0; i--) {
      fields.add("\"%s\":%s".formatted(pick(NAMES), value(depth - 1)));
    }
    if (random.nextBoolean()) {
      fields.add("\"label\":" + pick("0", "1", "true", "\"UP\"", "\"DOWN\"", "0.5"));
    }
    return "{" + String.join(pick(",", " ,\n"), fields) + "}";
  }

  private String array(int depth) {
    List<String> elements = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      elements.add(value(depth - 1));
    }
    return "[" + String.join(",", elements) + "]";
  }
}
