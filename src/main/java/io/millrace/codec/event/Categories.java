package io.millrace.codec.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.codec.plain.ByteTable;
import io.millrace.codec.plain.PlainCategory;
import io.millrace.example.Rejection;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values that are names of something: texts, numbers, true and false. The configuration lists them
 * as text. A text equals a listed value letter by letter; a number equals it by value, however
 * either is written ({@code 1}, {@code 1.0}, {@code 1e0}); true and false equal their names.
 */
final class Categories {
  private final String field;
  private final Map<String, Integer> texts = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final ByteTable plainTexts = new ByteTable();
  private final ByteTable plainNumbers = new ByteTable();

  /** All values, of which none is listed. */
  Categories(String field) {
    this(field, List.of());
  }

  Categories(String field, List<String> values) {
    this.field = field;
    for (int i = 0; i < values.size(); i++) {
      String value = values.get(i);
      texts.putIfAbsent(value, i);
      if (DecimalText.isNumber(value)) {
        numbers.putIfAbsent(DecimalText.canonical(value), i);
      }
    }
    texts.forEach((text, i) -> put(plainTexts, text, i));
    numbers.forEach((number, i) -> put(plainNumbers, number, i));
  }

  /** What is wrong with the value at the parser, if it is no name of anything. */
  @Nullable Rejection check(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    if (!token.isScalarValue()) {
      return Rejections.wrongType(json, field, "a text, a number, true or false");
    }
    return token.isNumeric() && !NumberReader.isInRange(json.getDoubleValue())
        ? Rejections.notFinite(field, Rejections.shown(json))
        : null;
  }

  /** The position in the list of the checked value at the parser, or -1. */
  int position(JsonParser json) throws IOException {
    Integer position = (json.currentToken().isNumeric() ? numbers : texts).get(text(json));
    return position == null ? -1 : position;
  }

  private static void put(ByteTable table, String value, int position) {
    byte[] bytes = ByteTable.bytesOf(value);
    if (bytes != null) {
      table.putIfAbsent(bytes, position);
    }
  }

  /**
   * The position in the list of the plain value that was read, or -1.
   *
   * @param b of the event
   */
  int position(byte[] b, PlainCategory value) {
    return (value.isNumber() ? plainNumbers : plainTexts).get(b, value.from(), value.to());
  }

  /** The checked value at the parser as text, the same for equal numbers. */
  static String text(JsonParser json) throws IOException {
    String text = json.getText();
    return json.currentToken().isNumeric() ? DecimalText.canonical(text) : text;
  }
}
