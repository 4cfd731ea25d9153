package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Makes events that are wrong, odd, or right in an unusual way. */
final class EventMutator {
  private static final Pattern NAME = Pattern.compile("\"(\\w+)\":");
  private static final Pattern VALUE =
      Pattern.compile("(?<=[:\\[,] ?)(\"[^\"]*\"|[-\\w.+]+)(?!\":)");

  private static final String[] VALUES = {
    "0",
    "1",
    "-0",
    "-0.0",
    "0.0",
    "00",
    "01",
    "-",
    "+1",
    ".5",
    "1.",
    "1.e3",
    "1e",
    "1e+",
    "1E5",
    "1e22",
    "1e23",
    "1e-22",
    "1e-23",
    "-1e-400",
    "1e149",
    "1e151",
    "-1e200",
    "1e308",
    "1e309",
    "1e99999",
    "1.2.3",
    "1-2",
    "0x1",
    "123456789012345678",
    "1234567890123456789",
    "-123456789012345678901234567890",
    "9007199254740993",
    "0.1000000000000000055511151231257827",
    "5e-324",
    "2.2250738585072011e-308",
    "NaN",
    "Infinity",
    "-Infinity",
    "true",
    "false",
    "null",
    "trux",
    "nul",
    "True",
    "tru",
    "truefalse",
    "\"\"",
    "\"x\"",
    "\"1\"",
    "\"12345678\"",
    "\"123456789\"",
    "\"a long text of 26 letters\"",
    "\"caf\u00e9\"",
    "\"\u20ac\"",
    "\"\ud83d\ude00\"",
    "\"a\\nb\"",
    "\"\\u0041TL\"",
    "\"\\ud83d\"",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\t\"",
    "\"\u007f\"",
    "\"unterminated",
    "[]",
    "{}",
    "[1]",
    "[[]]",
    "[1,]",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "[,]",
    "{\"a\"}",
    "{\"a\":1 \"b\":2}",
    "[1 2]",
    "{1:2}",
    "]",
    "}",
    "{\"a\":{\"b\":[{\"c\":\"d\\\\\\\"\"}]}}",
    "[tru]",
    "{\"\\u0061\":1}",
    "\"2001-02-29\"",
    "\"2001-02-28\"",
    "\"2001-02-28T24:00\"",
    "\"2001-02-28T23:59:60Z\"",
    "\"2001-02-28 1:00\"",
    "\"2001-02-28T12:00:00.5+05:30\"",
    "\"2001-02-28T12:00[Europe/Berlin]\"",
    "\"2001-02-28T12:00[x]\"",
    "978307260000",
    "-1.5",
    "8.64e15",
    "8.65e15",
    "\"card\"",
    "\"web\"",
    "16",
    "15",
    "14.999"
  };
  private static final String[] TOKENS = {
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\\"", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "/",
        "null",
    "-", ".", "e", "0", "9", " ", "\n", "\t", "\r", "\f", "\u0000", "\u0001", "\u00a0", "\u007f",
    "\u00e9", "\u20ac", "\ud83d\ude00", "/**/", "#", "NaN", "}}", "]]", ",,", "\"\":", "\"a\":1,",
        "'"
  };
  private static final byte[][] BYTES = {
    {(byte) 0xC0, (byte) 0x80},
    {(byte) 0xC1, (byte) 0xBF},
    {(byte) 0xE0, (byte) 0x80, (byte) 0x80},
    {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
    {(byte) 0xF0, (byte) 0x80, (byte) 0x80, (byte) 0x80},
    {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
    {(byte) 0xF5, (byte) 0x80},
    {(byte) 0xFF},
    {(byte) 0x80},
    {(byte) 0xC3},
    {(byte) 0xE2, (byte) 0x82},
    {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF},
    {(byte) 0xF0, (byte) 0x9F, (byte) 0x98},
    {0},
    {0, 0, 0, 0, 0, 0, 0, 0}
  };

  private final SplittableRandom random;

  EventMutator(SplittableRandom random) {
    this.random = random;
  }

  /** An event with one to three faults. */
  byte[] mutated(byte[] event) {
    byte[] bytes = event;
    for (int faults = 1 + Math.max(0, random.nextInt(6) - 3); faults > 0; faults--) {
      bytes = bytes.length == 0 ? new byte[] {' '} : mutatedOnce(bytes);
    }
    return bytes;
  }

  private byte[] mutatedOnce(byte[] event) {
    int at = random.nextInt(event.length);
    return switch (random.nextInt(16)) {
      case 0 -> spliced(event, at, 1, (byte) random.nextInt(256));
      case 1 -> spliced(event, at, 1, (byte) (event[at] ^ (1 << random.nextInt(8))));
      case 2 -> Arrays.copyOf(event, at);
      case 3 -> spliced(event, at, 1 + random.nextInt(8));
      case 4, 5 -> spliced(event, at, 0, pick(TOKENS).getBytes(UTF_8));
      case 6 -> spliced(event, at, 0, BYTES[random.nextInt(BYTES.length)]);
      case 7 -> repeated(event, at);
      case 8 -> random.nextBoolean() ? spliced(event, 0, 0, BYTES[11]) : trailed(event);
      case 9 -> renamed(event, false);
      case 10 -> renamed(event, true);
      case 11 -> escaped(event, at);
      case 12 -> nested(event);
      default -> replaced(event, pick(VALUES));
    };
  }

  private String pick(String[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** A part of the event twice, which often makes names occur twice. */
  private byte[] repeated(byte[] event, int at) {
    int length = Math.min(event.length - at, 1 + random.nextInt(60));
    return spliced(event, at, 0, Arrays.copyOfRange(event, at, at + length));
  }

  private byte[] trailed(byte[] event) {
    return spliced(event, event.length, 0, pick(TOKENS).getBytes(UTF_8));
  }

  /** A name like another, or a name with a letter escaped. */
  private byte[] renamed(byte[] event, boolean isEscaped) {
    String text = new String(event, ISO_8859_1);
    List<MatchResult> names = NAME.matcher(text).results().toList();
    if (names.isEmpty()) {
      return event;
    }
    MatchResult name = names.get(random.nextInt(names.size()));
    String other =
        isEscaped
            ? "\\u%04x%s".formatted((int) name.group(1).charAt(0), name.group(1).substring(1))
            : names.get(random.nextInt(names.size())).group(1);
    return spliced(event, name.start(1), name.end(1) - name.start(1), other.getBytes(ISO_8859_1));
  }

  private byte[] escaped(byte[] event, int at) {
    return spliced(event, at, 1, "\\u%04x".formatted(event[at] & 0xFF).getBytes(ISO_8859_1));
  }

  private byte[] nested(byte[] event) {
    int levels = random.nextBoolean() ? 2 + random.nextInt(70) : 950 + random.nextInt(100);
    String inner = pick(VALUES);
    return replaced(
        event,
        random.nextBoolean()
            ? "[".repeat(levels) + inner + "]".repeat(levels)
            : "{\"a\":".repeat(levels) + inner + "}".repeat(levels));
  }

  private byte[] replaced(byte[] event, String value) {
    String text = new String(event, ISO_8859_1);
    List<MatchResult> values = VALUE.matcher(text).results().toList();
    if (values.isEmpty()) {
      return event;
    }
    MatchResult old = values.get(random.nextInt(values.size()));
    return spliced(event, old.start(), old.end() - old.start(), value.getBytes(UTF_8));
  }

  private static byte[] spliced(byte[] bytes, int at, int dropped, byte... inserted) {
    int rest = Math.min(bytes.length, at + dropped);
    byte[] result = Arrays.copyOf(bytes, at + inserted.length + bytes.length - rest);
    System.arraycopy(inserted, 0, result, at, inserted.length);
    System.arraycopy(bytes, rest, result, at + inserted.length, bytes.length - rest);
    return result;
  }
}
