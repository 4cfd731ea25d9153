package io.millrace.codec.event;

import java.util.regex.Pattern;

/** The one text of a decimal number that may be written in many ways. */
final class DecimalText {
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?");

  /** Beyond these powers of ten a number is no finite double other than zero. */
  private static final int GREATEST_EXPONENT = 400;

  private DecimalText() {}

  /** Whether the text is a number as JSON writes it, and finite. */
  static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches() && Double.isFinite(Double.parseDouble(text));
  }

  /**
   * The number in plain digits: no exponent, no zeros that say nothing, no sign before zero; {@code
   * 1.50} and {@code 15e-1} are {@code 1.5}.
   *
   * @param number of the form of {@link #isNumber}, and finite as a double
   */
  static String canonical(String number) {
    return isCanonical(number) ? number : rewrite(number);
  }

  /** Most numbers are: digits that do not start with a zero. */
  private static boolean isCanonical(String number) {
    int first = number.charAt(0) == '-' ? 1 : 0;
    if (number.length() == first || number.charAt(first) == '0') {
      return number.length() == 1;
    }
    for (int i = first; i < number.length(); i++) {
      if (number.charAt(i) < '0' || number.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static String rewrite(String number) {
    // number = 0.DIGITS * 10 ^ point
    StringBuilder digits = new StringBuilder(number.length());
    long point = 0;
    boolean afterPoint = false;
    int i = number.charAt(0) == '-' ? 1 : 0;
    for (; i < number.length() && (number.charAt(i) | 0x20) != 'e'; i++) {
      char c = number.charAt(i);
      if (c == '.') {
        afterPoint = true;
      } else if (c == '0' && digits.isEmpty()) {
        point -= afterPoint ? 1 : 0;
      } else {
        digits.append(c);
        point += afterPoint ? 0 : 1;
      }
    }
    if (i < number.length()) {
      point += exponent(number, i + 1);
    }
    int end = digits.length();
    while (end > 0 && digits.charAt(end - 1) == '0') {
      end--;
    }
    digits.setLength(end);
    if (end == 0 || point < -GREATEST_EXPONENT) {
      return "0";
    }
    if (point <= 0) {
      digits.insert(0, "0." + "0".repeat((int) -point));
    } else if (point < end) {
      digits.insert((int) point, '.');
    } else {
      digits.append("0".repeat((int) point - end));
    }
    return number.charAt(0) == '-' ? digits.insert(0, '-').toString() : digits.toString();
  }

  /** The exponent, or one beyond all that count. */
  private static long exponent(String number, int from) {
    boolean isNegative = number.charAt(from) == '-';
    long exponent = 0;
    for (int i = from; i < number.length(); i++) {
      char c = number.charAt(i);
      if (c >= '0' && c <= '9') {
        exponent = Math.min(10 * exponent + (c - '0'), Integer.MAX_VALUE);
      }
    }
    return isNegative ? -exponent : exponent;
  }
}
