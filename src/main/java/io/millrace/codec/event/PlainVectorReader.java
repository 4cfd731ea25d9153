package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.millrace.codec.plain.PlainNumber;
import io.millrace.example.FieldPath;
import io.millrace.nn.Output;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads the vector form straight from the bytes when it is as plain as programs write it: an object
 * with an array of numbers, a label, and maybe further fields that are plain text, numbers,
 * booleans or null; ASCII, nothing escaped, no field twice. Of anything else it says so, and the
 * general parser reads the record from its start: what is accepted must be what that one accepts,
 * to the bit, and what is wrong with a record is said in one place.
 */
final class PlainVectorReader {
  private static final byte[] TRUE = "true".getBytes(US_ASCII);
  private static final byte[] FALSE = "false".getBytes(US_ASCII);
  private static final byte[] NULL = "null".getBytes(US_ASCII);

  private final byte[] featuresName;
  private final byte[] labelName;
  private final Labels labels;
  private final double[] label;
  private final PlainNumber number = new PlainNumber();

  // of the record that is being read
  private byte[] bytes = {};
  private int at;

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
    if (!readNumber() || !NumberReader.isInRange(number.value())) {
      return false;
    }
    label[0] = number.value();
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
      i = number.read(b, behindBlanks(i));
      if (i == PlainNumber.BROKEN || !NumberReader.isInRange(number.value())) {
        return false;
      }
      target[start + k] = number.value();
    }
    at = i;
    return take(']');
  }

  private boolean readNumber() {
    at = number.read(bytes, at);
    return at != PlainNumber.BROKEN;
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
