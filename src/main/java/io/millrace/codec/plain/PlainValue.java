package io.millrace.codec.plain;

/**
 * Goes behind values that are not used, and checks that they are JSON: to skip a broken one would
 * be to accept what the general parser rejects. Of a {@link RecordBuffer}.
 */
public final class PlainValue {
  private static final int NOT_PLAIN = PlainText.NOT_PLAIN;

  /** One bit a level. */
  private static final int MOST_NESTING = Long.SIZE - 1;

  private PlainValue() {}

  /**
   * Where the value ends that starts at {@code i}.
   *
   * @return or NOT_PLAIN
   */
  public static int end(byte[] b, int i) {
    byte c = b[i];
    return c == '{' || c == '[' ? endOfNested(b, i) : endOfScalar(b, i);
  }

  private static int endOfScalar(byte[] b, int i) {
    return switch (b[i]) {
      case '"' -> endOfText(b, i);
      case 't', 'f' -> PlainText.endOfBoolean(b, i);
      case 'n' -> PlainText.endOfNull(b, i);
      default -> endOfNumber(b, i);
    };
  }

  private static int endOfText(byte[] b, int start) {
    int quote = PlainText.closingQuoteOfAny(b, start + 1);
    return quote < 0 ? NOT_PLAIN : quote + 1;
  }

  /** Where the number ends, whatever its size. */
  private static int endOfNumber(byte[] b, int start) {
    int i = b[start] == '-' ? start + 1 : start;
    int first = i;
    i = behindDigits(b, i);
    if (i == first || (b[first] == '0' && i > first + 1)) {
      return NOT_PLAIN;
    }
    if (b[i] == '.') {
      first = i + 1;
      i = behindDigits(b, first);
      if (i == first) {
        return NOT_PLAIN;
      }
    }
    if ((b[i] | 0x20) == 'e') {
      i++;
      first = b[i] == '+' || b[i] == '-' ? i + 1 : i;
      i = behindDigits(b, first);
      if (i == first) {
        return NOT_PLAIN;
      }
    }
    return i;
  }

  private static int behindDigits(byte[] b, int i) {
    int end = i;
    while (PlainText.isDigit(b[end])) {
      end++;
    }
    return end;
  }

  /** Walks an object or an array; {@code kinds} has a bit for each level, 1 for an object. */
  private static int endOfNested(byte[] b, int start) {
    long kinds = 0;
    int depth = 0;
    int i = start;
    while (true) { // a value starts at i
      byte c = b[i];
      boolean isEnd = false;
      if (c == '{' || c == '[') {
        if (++depth > MOST_NESTING) {
          return NOT_PLAIN;
        }
        kinds = (kinds << 1) | (c == '{' ? 1 : 0);
        i = PlainText.behindBlanks(b, i + 1);
        isEnd = b[i] == (c == '{' ? '}' : ']');
      } else {
        i = endOfScalar(b, i);
        if (i < 0) {
          return NOT_PLAIN;
        }
        i = PlainText.behindBlanks(b, i);
        if (b[i] == ',') {
          i = PlainText.behindBlanks(b, i + 1);
        } else {
          isEnd = true;
        }
      }
      while (isEnd) { // an object or array ends at i
        if (b[i] != ((kinds & 1) != 0 ? '}' : ']')) {
          return NOT_PLAIN;
        }
        i++;
        kinds >>>= 1;
        if (--depth == 0) {
          return i;
        }
        i = PlainText.behindBlanks(b, i);
        if (b[i] == ',') {
          i = PlainText.behindBlanks(b, i + 1);
          isEnd = false;
        }
      }
      if ((kinds & 1) != 0) {
        i = behindName(b, i);
        if (i < 0) {
          return NOT_PLAIN;
        }
      }
    }
  }

  /** Behind a name, the colon and the blanks around it. */
  private static int behindName(byte[] b, int i) {
    int quote = b[i] == '"' ? PlainText.closingQuote(b, i + 1) : NOT_PLAIN;
    if (quote < 0) {
      return NOT_PLAIN;
    }
    int colon = PlainText.behindBlanks(b, quote + 1);
    return b[colon] == ':' ? PlainText.behindBlanks(b, colon + 1) : NOT_PLAIN;
  }
}
