package io.millrace.example;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Where in an event a value stands: the name of a field, or a JSON Pointer (RFC 6901), which is any
 * text that starts with {@code /}. In a pointer {@code ~1} is a slash and {@code ~0} a tilde; a
 * number counts the elements of an array from 0, and is the name of a field in an object.
 *
 * @param text as written; it begins the names of the inputs
 * @param segments from the event inwards, at least one
 */
public record FieldPath(String text, List<String> segments) {
  /** What {@link #parse} takes, for sentences. */
  public static final String EXPECTED =
      "the name of a field, or a JSON Pointer such as /customer/age (in it ~1 is / and ~0 is ~)";

  public FieldPath {
    segments = List.copyOf(segments);
    if (segments.isEmpty()) {
      throw new IllegalArgumentException("Expected at least one segment. Got: " + text);
    }
  }

  /**
   * Reads a name or a pointer.
   *
   * @throws IllegalArgumentException when the text is neither: empty, or with a tilde in a pointer
   *     that escapes nothing
   */
  public static FieldPath parse(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "Expected %s. Got nothing", EXPECTED));
    }
    if (text.charAt(0) != '/') {
      return new FieldPath(text, List.of(text));
    }
    if (text.matches("(?s).*~(?![01]).*")) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "Expected %s. Got: %s", EXPECTED, text));
    }
    return new FieldPath(
        text,
        Arrays.stream(text.substring(1).split("/", -1))
            .map(segment -> segment.replace("~1", "/").replace("~0", "~"))
            .toList());
  }

  @Override
  public String toString() {
    return text;
  }
}
