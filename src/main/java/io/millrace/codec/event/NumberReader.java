package io.millrace.codec.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.codec.plain.PlainNumber;
import io.millrace.codec.plain.PlainText;
import io.millrace.example.Rejection;
import io.millrace.nn.Scaler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads numbers, which must be finite and at most {@link #LARGEST} in magnitude. */
final class NumberReader {
  /**
   * The largest magnitude of a number of an example, be it an input or a label. One that is larger
   * would make the whole mini-batch useless: its square overflows.
   */
  static final double LARGEST = Scaler.LARGEST;

  /** The number is the field itself, not an element of it. */
  static final int ALONE = -1;

  private final String field;
  private final boolean takesBooleans;
  private final PlainNumber plain = new PlainNumber();

  /**
   * @param field for the sentences
   * @param takesBooleans whether true and false are 1 and 0
   */
  NumberReader(String field, boolean takesBooleans) {
    this.field = field;
    this.takesBooleans = takesBooleans;
  }

  boolean takesBooleans() {
    return takesBooleans;
  }

  /**
   * Reads the number at the parser.
   *
   * @param i which element of the field it is, or {@link #ALONE}
   * @param target Modified: at {@code index}, where the number is in range
   */
  @Nullable Rejection read(JsonParser json, int i, double[] target, int index) throws IOException {
    JsonToken token = json.currentToken();
    if (token.isNumeric()) {
      double number = json.getDoubleValue();
      if (!isInRange(number)) {
        return Rejections.notFinite(name(i), Rejections.shown(json));
      }
      target[index] = number;
      return null;
    }
    if (takesBooleans && token.isBoolean()) {
      target[index] = token == JsonToken.VALUE_TRUE ? 1 : 0;
      return null;
    }
    return Rejections.wrongType(json, name(i), "a number");
  }

  /**
   * Reads the number at {@code start} from its bytes.
   *
   * @param target Modified: at {@code index}
   * @return where it ends, or {@link Slot#NOT_PLAIN}
   */
  int readPlain(byte[] b, int start, double[] target, int index) {
    byte c = b[start];
    if (takesBooleans && (c == 't' || c == 'f')) {
      target[index] = c == 't' ? 1 : 0;
      return PlainText.endOfBoolean(b, start);
    }
    int end = plain.read(b, start);
    target[index] = plain.value();
    return end != PlainNumber.BROKEN && isInRange(plain.value()) ? end : Slot.NOT_PLAIN;
  }

  /** Whether a number can be learned from; NaN cannot. */
  static boolean isInRange(double number) {
    return Math.abs(number) <= LARGEST;
  }

  private String name(int i) {
    return i == ALONE ? field : Rejections.element(field, i);
  }
}
