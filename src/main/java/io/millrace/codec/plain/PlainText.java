package io.millrace.codec.plain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds where texts, words and blanks of JSON end, eight bytes at a time.
 *
 * <p>All bytes are those of a {@link RecordBuffer}: behind the record they are zero, which is not
 * part of any JSON, so that no method reads further.
 */
public final class PlainText {
  /** Instead of where something ends: it is not plain, or not JSON. */
  public static final int NOT_PLAIN = -1;

  private static final VarHandle LONG_AT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT_AT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long QUOTES = '"' * ONES;
  private static final long BACKSLASHES = '\\' * ONES;
  private static final long SPACES = ' ' * ONES;
  private static final int TRUE = intOf("true");
  private static final int FALSE = intOf("alse");
  private static final int NULL = intOf("null");

  private PlainText() {}

  private static int intOf(String word) {
    return (int) INT_AT.get(word.getBytes(UTF_8), 0);
  }

  /** The eight bytes at {@code i}, the first one lowest. */
  public static long eight(byte[] b, int i) {
    return (long) LONG_AT.get(b, i);
  }

  /**
   * The high bit of the first byte that is a quote, a backslash, a control character or not ASCII.
   * Higher bits say nothing.
   */
  static long specials(long eight) {
    long quotes = (eight ^ QUOTES) - ONES;
    long backslashes = (eight ^ BACKSLASHES) - ONES;
    return (((quotes | backslashes | (eight - SPACES)) & ~eight) | eight) & HIGH_BITS;
  }

  /**
   * Where the closing quote of a text stands in which nothing is escaped, and which is UTF-8.
   *
   * @param from behind the opening quote
   * @return or NOT_PLAIN
   */
  public static int closingQuote(byte[] b, int from) {
    return closingQuote(b, from, false);
  }

  /** The same for a text that may have escapes, which are checked. */
  static int closingQuoteOfAny(byte[] b, int from) {
    return closingQuote(b, from, true);
  }

  private static int closingQuote(byte[] b, int from, boolean takesEscapes) {
    int i = from;
    while (true) {
      long specials = specials(eight(b, i));
      if (specials == 0) {
        i += Long.BYTES;
        continue;
      }
      i += Long.numberOfTrailingZeros(specials) >>> 3;
      byte c = b[i];
      if (c == '"') {
        return i;
      }
      int length = c < 0 ? utf8Length(b, i) : c == '\\' && takesEscapes ? escapeLength(b, i) : 0;
      if (length == 0) {
        return NOT_PLAIN;
      }
      i += length;
    }
  }

  /** How many bytes the character has that is not ASCII; 0 when it is not well-formed UTF-8. */
  private static int utf8Length(byte[] b, int i) {
    int first = b[i] & 0xFF;
    int second = b[i + 1] & 0xFF;
    if (first < 0xC2 || first > 0xF4 || !isContinuation(second)) {
      return 0;
    }
    if (first < 0xE0) {
      return 2;
    }
    if (!isContinuation(b[i + 2])) {
      return 0;
    }
    if (first < 0xF0) { // neither longer than needed nor half of a surrogate pair
      return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ? 0 : 3;
    }
    return !isContinuation(b[i + 3])
            || (first == 0xF0 && second < 0x90)
            || (first == 0xF4 && second > 0x8F)
        ? 0
        : 4;
  }

  private static boolean isContinuation(int c) {
    return (c & 0xC0) == 0x80;
  }

  /** How many bytes the escape has; 0 when there is no such escape. */
  private static int escapeLength(byte[] b, int i) {
    return switch (b[i + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> 2;
      case 'u' -> isHex(b[i + 2]) && isHex(b[i + 3]) && isHex(b[i + 4]) && isHex(b[i + 5]) ? 6 : 0;
      default -> 0;
    };
  }

  private static boolean isHex(byte c) {
    return isDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
  }

  public static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }

  /** Where {@code true} or {@code false} ends, or NOT_PLAIN. */
  public static int endOfBoolean(byte[] b, int i) {
    if (b[i] == 't') {
      return (int) INT_AT.get(b, i) == TRUE ? i + 4 : NOT_PLAIN;
    }
    return b[i] == 'f' && (int) INT_AT.get(b, i + 1) == FALSE ? i + 5 : NOT_PLAIN;
  }

  /** Where {@code null} ends, or NOT_PLAIN. */
  public static int endOfNull(byte[] b, int i) {
    return (int) INT_AT.get(b, i) == NULL ? i + 4 : NOT_PLAIN;
  }

  /** The first position from {@code i} on without a blank. */
  public static int behindBlanks(byte[] b, int i) {
    int end = i;
    while (b[end] <= ' ' && isBlank(b[end])) {
      end++;
    }
    return end;
  }

  private static boolean isBlank(byte c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }
}
