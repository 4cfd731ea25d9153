package io.millrace.codec.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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
  }

  /** What is wrong with the value at the parser, if it is no name of anything. */
  @Nullable Rejection check(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    if (!token.isScalarValue()) {
      return Rejections.wrongType(json, field, "a text, a number, true or false");
    }
    return token.isNumeric() && !Double.isFinite(json.getDoubleValue())
        ? Rejections.notFinite(field, Rejections.shown(json))
        : null;
  }

  /** The position in the list of the checked value at the parser, or -1. */
  int position(JsonParser json) throws IOException {
    Integer position = (json.currentToken().isNumeric() ? numbers : texts).get(text(json));
    return position == null ? -1 : position;
  }

  /** The checked value at the parser as text, the same for equal numbers. */
  static String text(JsonParser json) throws IOException {
    String text = json.getText();
    return json.currentToken().isNumeric() ? DecimalText.canonical(text) : text;
  }
}
