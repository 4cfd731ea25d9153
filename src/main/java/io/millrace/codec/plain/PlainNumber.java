package io.millrace.codec.plain;

import ch.randelshofer.fastdoubleparser.JsonDoubleParser;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads a number of JSON straight from its bytes, to the bit as the general parser does.
 *
 * <p>Most numbers need one multiplication or division (Clinger, "How to Read Floating Point Numbers
 * Accurately", 1990): w 10^e is correctly rounded where w and 10^|e| are doubles without an error,
 * that is for w up to 2^53 and |e| up to 22. The others are left to {@link JsonDoubleParser}.
 */
public final class PlainNumber {
  /** Instead of where a number ends. */
  public static final int BROKEN = -1;

  private static final double[] POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };
  private static final long LARGEST_EXACT = 1L << 53;
  private static final int EIGHT = Long.BYTES;
  private static final long EIGHT_ZEROS = 0x3030303030303030L;
  private static final VarHandle LONG_AT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** So many digits fit into a long. */
  private static final int MOST_DIGITS = 18;

  private static final int MOST_EXPONENT_DIGITS = 4;

  private double value;

  /** The number that was read last. */
  public double value() {
    return value;
  }

  /**
   * Reads a number as JSON writes it, finite as a double. Modified: the value.
   *
   * @param b with a byte behind the number that cannot be part of one
   * @return where it ends, or BROKEN
   */
  public int read(byte[] b, int start) {
    int other = b[start] - '-';
    int negative = 1 + ((other | -other) >> 31); // 1 or 0: nothing foretells it, so no branch
    int first = start + negative;
    int i = first;
    long digits = 0;
    for (int digit = b[i] - '0'; digit >= 0 && digit <= 9; digit = b[++i] - '0') {
      digits = 10 * digits + digit;
    }
    int count = i - first;
    if (count == 0 || (count > 1 && b[first] == '0')) {
      return BROKEN;
    }
    int exponent = 0;
    boolean isWhole = true;
    if (b[i] == '.') {
      int point = ++i;
      for (; i + EIGHT <= b.length; i += EIGHT) {
        long eight = (long) LONG_AT.get(b, i) ^ EIGHT_ZEROS; // a byte below 10 is a digit
        if (((eight + 0x7676767676767676L | eight) & 0x8080808080808080L) != 0) {
          break;
        }
        digits = 100_000_000 * digits + valueOf(eight);
      }
      for (int digit = b[i] - '0'; digit >= 0 && digit <= 9; digit = b[++i] - '0') {
        digits = 10 * digits + digit;
      }
      exponent = point - i;
      if (exponent == 0) {
        return BROKEN;
      }
      count -= exponent;
      isWhole = false;
    }
    if ((b[i] | 0x20) == 'e') {
      boolean isNegativeExponent = b[++i] == '-';
      if (isNegativeExponent || b[i] == '+') {
        i++;
      }
      int firstOfExponent = i;
      int written = 0;
      for (int digit = b[i] - '0'; digit >= 0 && digit <= 9; digit = b[++i] - '0') {
        written = 10 * written + digit;
      }
      if (i == firstOfExponent || i - firstOfExponent > MOST_EXPONENT_DIGITS) {
        return BROKEN;
      }
      exponent += isNegativeExponent ? -written : written;
      isWhole = false;
    }
    if (count > MOST_DIGITS
        || digits > LARGEST_EXACT
        || exponent < -(POWERS_OF_TEN.length - 1)
        || exponent >= POWERS_OF_TEN.length) {
      value = JsonDoubleParser.parseDouble(b, start, i - start);
      return Double.isFinite(value) ? i : BROKEN;
    }
    double size =
        exponent < 0 ? digits / POWERS_OF_TEN[-exponent] : digits * POWERS_OF_TEN[exponent];
    // minus zero is a number with a point or an exponent; -0 is the whole number zero
    long sign = isWhole && digits == 0 ? 0 : (long) negative << (Long.SIZE - 1);
    value = Double.longBitsToDouble(Double.doubleToRawLongBits(size) | sign);
    return i;
  }

  /**
   * The number that eight digits make: pairs, then fours, then all, side by side in one long
   * (Lemire, "Number Parsing at a Gigabyte per Second", 2021).
   */
  private static long valueOf(long eight) {
    long pairs = 10 * eight + (eight >>> 8);
    long low = (pairs & 0x000000FF000000FFL) * (100 + (1_000_000L << 32));
    long high = (pairs >>> 16 & 0x000000FF000000FFL) * (1 + (10_000L << 32));
    return (low + high) >>> 32;
  }
}
