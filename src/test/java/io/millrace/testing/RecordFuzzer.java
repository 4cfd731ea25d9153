package io.millrace.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Records of an examples topic with three features and one sigmoid output, good ones and bad ones.
 * Each is made so that the contract alone says what must become of it; the code under test is not
 * asked. Record {@code i} of a seed is always the same, so that none has to be kept.
 */
public final class RecordFuzzer {
  public static final int INPUTS = 3;
  private static final int LARGEST = 900_000;
  private static final String GOOD = "{\"features\":[0.25,-1,3e-2],\"label\":1}";

  private final long seed;
  private final String topic;
  private final int hugeEvery;

  /**
   * @param hugeEvery one record in so many is a huge one
   */
  public RecordFuzzer(long seed, String topic, int hugeEvery) {
    this.seed = seed;
    this.topic = topic;
    this.hugeEvery = hugeEvery;
  }

  /**
   * A record and its fate.
   *
   * @param kind how it was made, for people
   * @param reason the reason of its death, or null for a good one
   * @param numbers the features and the label of a good one
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Fuzzed(
      ProducerRecord<byte[], byte[]> record,
      String kind,
      @Nullable String reason,
      double[] numbers) {}

  private record Bad(
      String kind, String reason, Function<SplittableRandom, byte @Nullable []> value) {}

  private static final List<Bad> BAD = new ArrayList<>();

  private static void bad(
      String kind, String reason, Function<SplittableRandom, byte @Nullable []> value) {
    BAD.add(new Bad(kind, reason, value));
  }

  private static void text(
      String kind, String reason, Function<SplittableRandom, @Nullable String> value) {
    bad(kind, reason, random -> String.valueOf(value.apply(random)).getBytes(UTF_8));
  }

  private static final List<Bad> HUGE =
      List.of(
          new Bad(
              "huge rubbish",
              "not-json",
              random -> {
                byte[] bytes = new byte[size(random)];
                random.nextBytes(bytes);
                bytes[0] = 0;
                return bytes;
              }),
          new Bad(
              "huge text and no label",
              "missing-field",
              random -> ascii("{\"features\":[1,2,3],\"x\":\"" + "y".repeat(size(random)) + "\"}")),
          new Bad(
              "huge array",
              "wrong-size",
              random ->
                  ascii("{\"features\":[0" + ",1".repeat(size(random) / 2) + "],\"label\":1}")),
          new Bad(
              "huge number",
              "not-finite",
              random -> ascii("{\"features\":[1,2," + "9".repeat(size(random)) + "],\"label\":1}")),
          new Bad(
              "huge name, truncated",
              "not-json",
              random -> ascii("{\"features\":[1,2,3],\"" + "n".repeat(size(random)))),
          new Bad(
              "huge depth",
              "not-json",
              random -> ascii("{\"label\":1,\"x\":" + "[".repeat(size(random)))),
          new Bad(
              "huge string for a number",
              "wrong-type",
              random ->
                  ascii("{\"label\":1,\"features\":[1,\"" + "z".repeat(size(random)) + "\",2]}")));

  private static int size(SplittableRandom random) {
    return random.nextInt(LARGEST / 8, LARGEST);
  }

  static {
    // no JSON object
    bad("tombstone", "not-json", random -> null);
    bad("empty", "not-json", random -> new byte[0]);
    text("blanks", "not-json", random -> " \t\r\n".repeat(random.nextInt(1, 20)));
    bad(
        "truncated",
        "not-json",
        random -> {
          byte[] whole = good(random, numbers(random)).strip().getBytes(UTF_8);
          byte[] cut = new byte[random.nextInt(1, whole.length)];
          System.arraycopy(whole, 0, cut, 0, cut.length);
          return cut;
        });
    text("two objects", "not-json", random -> GOOD + pick(random, "", " ", "\n") + GOOD);
    text(
        "rubbish behind", "not-json", random -> GOOD + pick(random, ",", "}", "]", "x", "\0", "1"));
    text("no object", "not-json", random -> pick(random, "[1,2]", "3", "\"x\"", "null", "true"));
    text(
        "nearly JSON",
        "not-json",
        random ->
            pick(
                random,
                "{\"features\":[1,2,3,],\"label\":1}",
                "{\"features\":[1,2,3],\"label\":1,}",
                "{'features':[1,2,3],'label':1}",
                "{features:[1,2,3],label:1}",
                "{\"features\":[1,2,03],\"label\":1}",
                "{\"features\":[1,2,.5],\"label\":1}",
                "{\"features\":[1,2,5.],\"label\":1}",
                "{\"features\":[1,2,+5],\"label\":1}",
                "{\"features\":[1,2,0x5],\"label\":1}",
                "{\"features\":[1,2,1e],\"label\":1}",
                "{\"features\":[1,2,--1],\"label\":1}",
                "{\"features\":[1,2 3],\"label\":1}",
                "{\"features\":[1,2,3],\"label\" 1}",
                "{\"features\":[1,2,3] \"label\":1}",
                "{\"features\":[1,2,3},\"label\":1]",
                "{\"features\":[1,2,3],\"label\":1} // why",
                "{/* why */\"features\":[1,2,3],\"label\":1}",
                "{\"features\":[1,2,3],\"label\":True}",
                "{\"features\":[1,2,3],\"label\":1,\"x\":\"a\nb\"}",
                "{\"features\":[1,2,3],\"label\":1,\"x\":\"\\x41\"}",
                "{\"features\":[1,2,3],\"label\":1,\"x\":\"\\u12g4\"}",
                "{\"features\":[1,2,3],\"label\":1,1:2}"));
    bad(
        "rubbish",
        "not-json",
        random -> {
          byte[] bytes = new byte[random.nextInt(1, 400)];
          random.nextBytes(bytes);
          bytes[random.nextInt(bytes.length)] = 0; // nowhere in JSON
          return bytes;
        });
    text("too deep", "not-json", random -> nested(random.nextInt(1_200, 20_000), true));
    text("deep and open", "not-json", random -> nested(random.nextInt(1, 20_000), false));

    // wrong encodings
    bad("UTF-16LE", "not-json", random -> good(random, numbers(random)).getBytes(UTF_16LE));
    bad("UTF-16BE", "not-json", random -> good(random, numbers(random)).getBytes(UTF_16BE));
    bad("Latin-1", "not-json", random -> wrong(random, "caf\u00e9 \u00fcber".getBytes(ISO_8859_1)));
    bad("overlong, 2 bytes", "not-json", random -> wrong(random, 0xC0, 0x80 + random.nextInt(64)));
    bad("overlong, slash", "not-json", random -> wrong(random, 0xC0, 0xAF));
    bad("overlong, 3 bytes", "not-json", random -> wrong(random, 0xE0, 0x80, 0xAF));
    bad("overlong, 4 bytes", "not-json", random -> wrong(random, 0xF0, 0x80, 0x80, 0xAF));
    bad(
        "surrogate in UTF-8",
        "not-json",
        random -> wrong(random, 0xED, 0xA0 + random.nextInt(32), 0x80 + random.nextInt(64)));
    bad("above Unicode", "not-json", random -> wrong(random, 0xF4, 0x90, 0x80, 0x80));
    bad("five bytes", "not-json", random -> wrong(random, 0xF8, 0x88, 0x80, 0x80, 0x80));
    bad("continuation alone", "not-json", random -> wrong(random, 0x80 + random.nextInt(64)));
    bad("cut character", "not-json", random -> wrong(random, 0xE2, 0x82));
    bad("FF", "not-json", random -> wrong(random, 0xFE + random.nextInt(2)));

    // something is not there
    text(
        "no features",
        "missing-field",
        random ->
            pick(
                random,
                "{}",
                "{\"label\":1}",
                "{\"feature\":[1,2,3],\"label\":1}",
                "{\"Features\":[1,2,3],\"label\":1}",
                "{\"x\":{\"features\":[1,2,3]},\"label\":1}",
                "{\"features\":null,\"label\":1}",
                "{\"features\":[1,2,3],\"features\":null,\"label\":1}"));
    text(
        "no label",
        "missing-field",
        random ->
            pick(
                random,
                "{\"features\":[1,2,3]}",
                "{\"features\":[1,2,3],\"label\":null}",
                "{\"features\":[1,2,3],\"label \":1}",
                "{\"features\":[1,2,3],\"label\":1,\"label\":null}",
                "{\"features\":[1,2],\"x\":[{\"label\":1}]}"));

    // something else than a number
    text(
        "wrong type of features",
        "wrong-type",
        random ->
            "{\"features\":%s,\"label\":1}"
                .formatted(
                    pick(
                        random,
                        "1",
                        "\"1,2,3\"",
                        "true",
                        "{}",
                        "{\"0\":1}",
                        "[1,null,3]",
                        "[1,\"2\",3]",
                        "[1,\"NaN\",3]",
                        "[1,\"\\ud800\",3]",
                        "[true,2,3]",
                        "[[1],2,3]",
                        "[1,2,{\"x\":3}]",
                        "[1,2," + "[".repeat(900) + "]".repeat(900) + "]")));
    text(
        "wrong type of label",
        "wrong-type",
        random ->
            "{\"features\":[1,2,3],\"label\":%s}"
                .formatted(pick(random, "\"1\"", "true", "false", "{}", "[1]", "[]", "\"\"")));

    // another count
    text(
        "wrong count",
        "wrong-size",
        random -> {
          int count = pick(random, 0, 1, 2, 4, 5, random.nextInt(4, 3_000));
          return "{\"features\":[%s],\"label\":0}".formatted(list(random, count));
        });

    // beyond double
    text(
        "not finite",
        "not-finite",
        random ->
            "{\"features\":[1,%s,3],\"label\":1}"
                .formatted(
                    pick(
                        random,
                        "NaN",
                        "Infinity",
                        "-Infinity",
                        "1e309",
                        "1.001e100",
                        "-1e101",
                        "-1e309",
                        "1e99999999999",
                        "-123456789e2147483647",
                        "1.8e308",
                        "9".repeat(random.nextInt(310, 3_000)),
                        "0.1e" + "9".repeat(random.nextInt(3, 200)))));
    text(
        "label not finite",
        "not-finite",
        random ->
            "{\"features\":[1,2,3],\"label\":%s}"
                .formatted(pick(random, "NaN", "1e400", "-Infinity")));

    // nothing that a sigmoid can learn
    text(
        "bad label",
        "bad-label",
        random ->
            "{\"features\":[1,2,3],\"label\":%s}"
                .formatted(
                    pick(
                        random,
                        "2",
                        "-1",
                        "-1e-9",
                        "1.0000001",
                        "1e100",
                        "-1e100",
                        "9007199254740993",
                        "1" + "0".repeat(random.nextInt(1, 100)))));
    text(
        "bad label, once good",
        "bad-label",
        random -> "{\"label\":1,\"features\":[1,2,3],\"label\":7}");
  }

  public static List<String> kinds() {
    List<String> kinds = new ArrayList<>(List.of("good"));
    BAD.forEach(bad -> kinds.add(bad.kind()));
    HUGE.forEach(bad -> kinds.add(bad.kind()));
    return kinds;
  }

  /** Record {@code i} of the stream. */
  public Fuzzed record(long i) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + i);
    if (random.nextInt(hugeEvery) == 0 || i < HUGE.size()) {
      return dead(random, HUGE.get((int) (i % HUGE.size())));
    }
    if (random.nextInt(100) < 60) {
      return dead(random, BAD.get(random.nextInt(BAD.size())));
    }
    double[] numbers = numbers(random);
    return fuzzed(random, "good", null, numbers, good(random, numbers).getBytes(UTF_8));
  }

  private Fuzzed dead(SplittableRandom random, Bad bad) {
    return fuzzed(random, bad.kind(), bad.reason(), new double[0], bad.value().apply(random));
  }

  private Fuzzed fuzzed(
      SplittableRandom random,
      String kind,
      @Nullable String reason,
      double[] numbers,
      byte @Nullable [] value) {
    long time =
        pick(
            random,
            0L,
            1L,
            978_307_200_000L,
            random.nextLong(1_700_000_000_000L),
            1_763_900_000_000L);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, 0, time, bytes(random, 40), value, headers(random));
    return new Fuzzed(record, kind, reason, numbers);
  }

  /** Of any sort, those of an earlier death among them. */
  private static RecordHeaders headers(SplittableRandom random) {
    RecordHeaders headers = new RecordHeaders();
    for (int count = random.nextInt(8) - 3; count > 0; count--) {
      String name =
          pick(
              random,
              "trace",
              "",
              "\u00fcml\u00e4ut \ud83d\ude00",
              "millrace.reason",
              "millrace.offset",
              "millrace.detail",
              "h" + random.nextInt(3));
      headers.add(name, bytes(random, 60));
    }
    return headers;
  }

  private static byte @Nullable [] bytes(SplittableRandom random, int most) {
    int length = random.nextInt(most) - 5;
    if (length < -2) {
      return null;
    }
    byte[] bytes = new byte[Math.max(0, length)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static double[] numbers(SplittableRandom random) {
    double x = random.nextDouble(-1, 1);
    double y = random.nextDouble(-1, 1);
    double z = pick(random, 0.0, -0.0, 1e-310, random.nextDouble(-1, 1), random.nextDouble(-9, 9));
    return new double[] {x, y, z, pick(random, 0.0, 1.0, x * y > z ? 1.0 : 0.0, 0.5)};
  }

  /** An example, written in one of the many ways that mean the same. */
  private static String good(SplittableRandom random, double[] n) {
    String features = "[%s,%s,%s]".formatted(n[0], n[1], n[2]);
    String label = String.valueOf(n[3]);
    return switch (random.nextInt(14)) {
      case 0 -> " \n{ \"label\" : %s ,\r\n\t\"features\" : %s } \n".formatted(label, features);
      case 1 ->
          "{\"label\":7,\"features\":[],\"features\":%s,\"label\":%s}".formatted(features, label);
      case 2 ->
          "{\"features\":null,\"label\":\"x\",\"label\":%s,\"features\":%s}"
              .formatted(label, features);
      case 3 -> "{\"\\u0066eatures\":%s,\"l\\u0061bel\":%s}".formatted(features, label);
      case 4 -> "{\"x\":%s,\"features\":%s,\"label\":%s}".formatted(deep(random), features, label);
      case 5 ->
          "{\"x\":\"\u00e9\u20ac\ud83d\ude00\u0800\uffff\",\"features\":%s,\"label\":%s}"
              .formatted(features, label);
      case 6 ->
          "{\"x\":\"\\ud800 \\u0000\",\"features\":%s,\"label\":%s}".formatted(features, label);
      case 7 ->
          "{\"features\":[%s,%se-1,%s],\"label\":%s}".formatted(n[0], digits(n[1]), n[2], label);
      case 8 ->
          "{\"features\":[%s%s,%s,%s],\"label\":%s}"
              .formatted(n[0], fraction(n[0], random), n[1], n[2], label);
      default -> "{\"features\":%s,\"label\":%s}".formatted(features, label);
    };
  }

  /** The number times ten, in decimal: with {@code e-1} behind it, the number itself. */
  private static String digits(double number) {
    return new java.math.BigDecimal(number).scaleByPowerOfTen(1).toPlainString();
  }

  /** Zeros that change nothing, behind a number without exponent. */
  private static String fraction(double number, SplittableRandom random) {
    String written = String.valueOf(number).toLowerCase(Locale.ROOT);
    return written.contains("e") ? "" : "0".repeat(random.nextInt(1, 2_000));
  }

  private static String deep(SplittableRandom random) {
    int depth = random.nextInt(1, 900);
    return random.nextBoolean()
        ? "[".repeat(depth) + "]".repeat(depth)
        : "{\"features\":".repeat(depth) + "0" + "}".repeat(depth);
  }

  private static String nested(int depth, boolean closed) {
    return "{\"features\":[1,2,3],\"label\":1,\"x\":"
        + "[".repeat(depth)
        + (closed ? "]".repeat(depth) + "}" : "");
  }

  /** A good example but for bytes that are no UTF-8, wherever a text may be. */
  private static byte[] wrong(SplittableRandom random, int... bytes) {
    byte[] wrong = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      wrong[i] = (byte) bytes[i];
    }
    return wrong(random, wrong);
  }

  private static byte[] wrong(SplittableRandom random, byte[] bytes) {
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    switch (random.nextInt(4)) {
      case 0 -> {
        value.writeBytes(ascii("{\"features\":[1,2,3],\"label\":1,\"x\":\"a"));
        value.writeBytes(bytes);
        value.writeBytes(ascii("b\"}"));
      }
      case 1 -> {
        value.writeBytes(ascii("{\"a"));
        value.writeBytes(bytes);
        value.writeBytes(ascii("b\":0,\"features\":[1,2,3],\"label\":1}"));
      }
      case 2 -> {
        value.writeBytes(ascii("{\"features\":[1,\"a"));
        value.writeBytes(bytes);
        value.writeBytes(ascii("b\",3],\"label\":1}"));
      }
      default -> {
        value.writeBytes(ascii("{\"features\":[1,2,3],\"label\":1}"));
        value.writeBytes(bytes);
      }
    }
    return value.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(UTF_8);
  }

  private static String list(SplittableRandom random, int count) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < count; i++) {
      list.append(i == 0 ? "" : ",").append(random.nextInt());
    }
    return list.toString();
  }

  @SafeVarargs
  private static <T> T pick(SplittableRandom random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
