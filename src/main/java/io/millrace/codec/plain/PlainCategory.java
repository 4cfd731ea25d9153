package io.millrace.codec.plain;

/**
 * Where the text of a category stands in the bytes of an event: between quotes, or the word or the
 * number itself. Numbers are taken that are whole and written without an exponent, a leading zero
 * or a sign before zero.
 */
public final class PlainCategory {
  /** With so many digits it is finite. */
  private static final int MOST_DIGITS = 18;

  private int from;
  private int to;
  private boolean isNumber;

  /**
   * Finds the text of a value.
   *
   * @param b of a {@link RecordBuffer}
   * @return where the value ends, or {@link PlainText#NOT_PLAIN}
   */
  public int read(byte[] b, int start) {
    byte c = b[start];
    isNumber = false;
    if (c == '"') {
      from = start + 1;
      to = PlainText.closingQuote(b, from);
      return to < 0 ? PlainText.NOT_PLAIN : to + 1;
    }
    from = start;
    if (c == 't' || c == 'f') {
      to = PlainText.endOfBoolean(b, start);
    } else {
      isNumber = true;
      to = endOfWhole(b, start);
    }
    return to;
  }

  private static int endOfWhole(byte[] b, int start) {
    int first = b[start] == '-' ? start + 1 : start;
    int i = first;
    while (PlainText.isDigit(b[i])) {
      i++;
    }
    boolean isZero = b[start] == '0' && i == start + 1;
    boolean isOther = b[first] != '0' && i > first && i - first <= MOST_DIGITS;
    return (isZero || isOther) && b[i] != '.' && (b[i] | 0x20) != 'e' ? i : PlainText.NOT_PLAIN;
  }

  /** The first byte of the text. */
  public int from() {
    return from;
  }

  /** Behind its last byte. */
  public int to() {
    return to;
  }

  public boolean isNumber() {
    return isNumber;
  }
}
