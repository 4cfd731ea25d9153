package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.US_ASCII;

import ch.randelshofer.fastdoubleparser.JsonDoubleParser;
import io.millrace.example.FieldPath;
import io.millrace.nn.Output;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads the vector form straight from the bytes when it is as plain as programs write it: an object
 * with an array of numbers, a label, and maybe further fields that are plain text, numbers,
 * booleans or null; ASCII, nothing escaped, no field twice. Of anything else it says so, and the
 * general parser reads the record from its start: what is accepted must be what that one accepts,
 * to the bit, and what is wrong with a record is said in one place.
 *
 * <p>Most numbers need one multiplication or division (Clinger, "How to Read Floating Point Numbers
 * Accurately", 1990): w 10^e is correctly rounded where w and 10^|e| are doubles without an error,
 * that is for w up to 2^53 and |e| up to 22. The others are left to {@link JsonDoubleParser}.
 */
final class PlainVectorReader {
  private static final double[] POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };
  private static final long LARGEST_EXACT = 1L << 53;

  /** Instead of where a number ends. */
  private static final int BROKEN = -1;

  private static final int EIGHT = Long.BYTES;
  private static final long EIGHT_ZEROS = 0x3030303030303030L;
  private static final VarHandle LONG_AT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** So many digits fit into a long. */
  private static final int MOST_DIGITS = 18;

  private static final int MOST_EXPONENT_DIGITS = 4;
  private static final byte[] TRUE = "true".getBytes(US_ASCII);
  private static final byte[] FALSE = "false".getBytes(US_ASCII);
  private static final byte[] NULL = "null".getBytes(US_ASCII);

  private final byte[] featuresName;
  private final byte[] labelName;
  private final Labels labels;
  private final double[] label;

  // of the record that is being read
  private byte[] bytes = {};
  private int at;
  private double number;

  private PlainVectorReader(byte[] featuresName, byte[] labelName, Labels labels) {
    this.featuresName = featuresName;
    this.labelName = labelName;
    this.labels = labels;
    this.label = new double[labels.written()];
  }

  /** A reader of records with these fields, where their names are plain. */
  static Optional<PlainVectorReader> of(
      FieldPath features, FieldPath label, Output output, int outputs) {
    if (!isPlainName(features) || !isPlainName(label) || features.equals(label)) {
      return Optional.empty();
    }
    return Optional.of(
        new PlainVectorReader(
            features.segments().get(0).getBytes(US_ASCII),
            label.segments().get(0).getBytes(US_ASCII),
            new Labels(label.text(), output, outputs)));
  }

  private static boolean isPlainName(FieldPath field) {
    return field.segments().size() == 1
        && field.segments().get(0).chars().allMatch(c -> c < 0x7F && isPlain((byte) c) && c != '"');
  }

  /**
   * Reads a record.
   *
   * @param column Modified, also when the answer is false
   * @return whether it was read; if not, nothing is known of it
   */
  boolean read(byte[] record, Column column) {
    int end = record.length - 1;
    while (end > 0 && isBlank(record[end])) {
      end--;
    }
    // From here on a brace stands where the record ends: no digit, letter or blank, so every loop
    // ends there and needs no other bound.
    if (end <= 0 || record[end] != '}') {
      return false;
    }
    bytes = record;
    at = 0;
    return take('{') && readFields(column) && at == end;
  }

  /** Reads up to the closing brace. */
  private boolean readFields(Column column) {
    boolean hasFeatures = false;
    boolean hasLabel = false;
    do {
      if (!take('"')) {
        return false;
      }
      int name = at;
      if (!skipText()) {
        return false;
      }
      int length = at - 1 - name;
      if (!take(':')) {
        return false;
      }
      if (is(featuresName, name, length)) {
        if (hasFeatures || !readNumbers(column.x, column.xStart, column.inputs)) {
          return false;
        }
        hasFeatures = true;
      } else if (is(labelName, name, length)) {
        if (hasLabel || !readLabel(column)) {
          return false;
        }
        hasLabel = true;
      } else if (!skipValue()) {
        return false;
      }
    } while (take(','));
    return hasFeatures && hasLabel && bytes[at] == '}';
  }

  private boolean is(byte[] expected, int from, int length) {
    return Arrays.equals(bytes, from, from + length, expected, 0, expected.length);
  }

  private boolean readLabel(Column column) {
    if (label.length > 1) {
      return readNumbers(label, 0, label.length)
          && labels.encode(label, column.y, column.yStart) == null;
    }
    skipBlanks();
    if (!readNumber()) {
      return false;
    }
    label[0] = number;
    return labels.encode(label, column.y, column.yStart) == null;
  }

  /** Reads an array of {@code count} numbers. */
  private boolean readNumbers(double[] target, int start, int count) {
    if (!take('[')) {
      return false;
    }
    byte[] b = bytes;
    int i = at; // in a register: each number would wait for the store of the one before
    for (int k = 0; k < count; k++) {
      if (k > 0) {
        i = behindBlanks(i);
        if (b[i] != ',') {
          return false;
        }
        i++;
      }
      i = readNumber(behindBlanks(i));
      if (i == BROKEN) {
        return false;
      }
      target[start + k] = number;
    }
    at = i;
    return take(']');
  }

  private boolean readNumber() {
    at = readNumber(at);
    return at != BROKEN;
  }

  /**
   * Reads a number as JSON writes it, finite as a double. Modified: number.
   *
   * @return where it ends, or BROKEN
   */
  private int readNumber(int start) {
    byte[] b = bytes;
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
      number = JsonDoubleParser.parseDouble(b, start, i - start);
      return Double.isFinite(number) ? i : BROKEN;
    }
    double size =
        exponent < 0 ? digits / POWERS_OF_TEN[-exponent] : digits * POWERS_OF_TEN[exponent];
    // minus zero is a number with a point or an exponent; -0 is the whole number zero
    long sign = isWhole && digits == 0 ? 0 : (long) negative << (Long.SIZE - 1);
    number = Double.longBitsToDouble(Double.doubleToRawLongBits(size) | sign);
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

  /** Goes behind a value that is not read, where it has no parts. */
  private boolean skipValue() {
    skipBlanks();
    return switch (bytes[at]) {
      case '"' -> {
        at++;
        yield skipText();
      }
      case 't' -> skipWord(TRUE);
      case 'f' -> skipWord(FALSE);
      case 'n' -> skipWord(NULL);
      default -> readNumber();
    };
  }

  private boolean skipWord(byte[] word) {
    int end = at + word.length;
    if (end > bytes.length || !Arrays.equals(bytes, at, end, word, 0, word.length)) {
      return false;
    }
    at = end;
    return true;
  }

  /** Goes behind the quote that closes a text. */
  private boolean skipText() {
    while (at < bytes.length && isPlain(bytes[at])) {
      if (bytes[at++] == '"') {
        return true;
      }
    }
    return false;
  }

  /** ASCII that stands for itself in a text, or closes it. */
  private static boolean isPlain(byte c) {
    return c >= ' ' && c != '\\';
  }

  /** Goes behind this character and the blanks before it, if it comes next. */
  private boolean take(char expected) {
    if (bytes[at] != expected) {
      skipBlanks();
      if (bytes[at] != expected) {
        return false;
      }
    }
    at++;
    return true;
  }

  private void skipBlanks() {
    at = behindBlanks(at);
  }

  private int behindBlanks(int from) {
    int i = from;
    while (bytes[i] <= ' ' && isBlank(bytes[i])) {
      i++;
    }
    return i;
  }

  private static boolean isBlank(byte c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }
}
