package io.millrace.codec.event;

import com.fasterxml.jackson.core.JsonParser;
import io.millrace.codec.Text;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The sentences of rejections: each names the field and the value. */
final class Rejections {
  private Rejections() {}

  static Rejection notJson(String detail) {
    return new Rejection(Reason.NOT_JSON, detail);
  }

  static Rejection absent(String field) {
    return new Rejection(
        Reason.MISSING_FIELD, String.format(Locale.ROOT, "The field %s is absent", field));
  }

  /**
   * A field inside a value that can have no such field.
   *
   * @param outer the pointer to that value
   * @param found the value, for the sentence
   * @param expected what it should have been
   */
  static Rejection absentIn(String field, String outer, String found, String expected) {
    return new Rejection(
        Reason.MISSING_FIELD,
        String.format(
            Locale.ROOT,
            "The field %s is absent: %s is %s, not %s",
            field,
            outer,
            found,
            expected));
  }

  static Rejection isNull(String field) {
    return new Rejection(
        Reason.MISSING_FIELD, String.format(Locale.ROOT, "The field %s is null", field));
  }

  /** Says what the value at the parser should have been. The parser stays where it is. */
  static Rejection wrongType(JsonParser json, String name, String expected) throws IOException {
    return new Rejection(
        Reason.WRONG_TYPE,
        String.format(Locale.ROOT, "%s: expected %s, got %s", name, expected, shown(json)));
  }

  static Rejection notFinite(String name, String shown) {
    return new Rejection(
        Reason.NOT_FINITE,
        String.format(
            Locale.ROOT, "%s: expected a number from -1e100 to 1e100, got %s", name, shown));
  }

  static Rejection wrongSize(String field, int expected, int found) {
    return new Rejection(
        Reason.WRONG_SIZE,
        String.format(Locale.ROOT, "%s: expected %s, got %d", field, numbers(expected), found));
  }

  static Rejection badLabel(String detail) {
    return new Rejection(Reason.BAD_LABEL, detail);
  }

  static String numbers(int count) {
    return count == 1 ? "1 number" : count + " numbers";
  }

  /** The name of element {@code i}. */
  static String element(String field, int i) {
    return String.format(Locale.ROOT, "%s[%d]", field, i);
  }

  /** The value at the parser, as far as a sentence can hold it. */
  static String shown(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_ARRAY -> "an array";
      case START_OBJECT -> "an object";
      case VALUE_STRING -> '"' + Text.shorten(json.getText()) + '"';
      default -> Text.shorten(json.getText());
    };
  }

  /** The one whose reason stands first in {@link Reason}; of equals the first. */
  static @Nullable Rejection first(@Nullable Rejection a, @Nullable Rejection b) {
    return a == null || (b != null && b.reason().compareTo(a.reason()) < 0) ? b : a;
  }
}
