package io.millrace.codec.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.example.Rejection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads numbers that must be finite.
 *
 * @param field for the sentences
 * @param takesBooleans whether true and false are 1 and 0
 */
record NumberReader(String field, boolean takesBooleans) {
  /** The number is the field itself, not an element of it. */
  static final int ALONE = -1;

  /**
   * Reads the number at the parser.
   *
   * @param i which element of the field it is, or {@link #ALONE}
   * @param target Modified: at {@code index}, where the number is finite
   */
  @Nullable Rejection read(JsonParser json, int i, double[] target, int index) throws IOException {
    JsonToken token = json.currentToken();
    if (token.isNumeric()) {
      double number = json.getDoubleValue();
      if (!Double.isFinite(number)) {
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

  private String name(int i) {
    return i == ALONE ? field : Rejections.element(field, i);
  }
}
