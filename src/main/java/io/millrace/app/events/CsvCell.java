package io.millrace.app.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.example.Feature;
import io.millrace.example.Target;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * The JSON type of a CSV cell. The text of a cell does not show its type: the id {@code 4e862047}
 * looks like a number. The type therefore follows from the use of the field in the configuration.
 */
enum CsvCell {
  /** A category or a class: the text, unchanged. */
  TEXT,

  /**
   * A number, with its digits unchanged, or true or false. Anything else is sent as text, and the
   * learner rejects it with the value.
   */
  NUMBER,

  /** Milliseconds as a number, ISO 8601 as text. */
  TIME;

  static final JsonFactory JSON = new JsonFactory();

  /** A JSON number, and also {@code +1}, {@code .5}, {@code 1.} and {@code 007}. */
  private static final Pattern NUMERIC =
      Pattern.compile("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?");

  private static final Pattern JSON_NUMBER =
      Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?");

  /** The kind that a feature needs. */
  static CsvCell of(Feature feature) {
    if (feature instanceof Feature.Numeric) {
      return NUMBER;
    }
    return feature instanceof Feature.Time ? TIME : TEXT;
  }

  /** The kind that a label needs. */
  static CsvCell of(Target label) {
    return label instanceof Target.Classes ? TEXT : NUMBER;
  }

  /** The kind for a field that is used in two ways: a number can be a time and a category too. */
  CsvCell and(CsvCell other) {
    return this == NUMBER || other == NUMBER ? NUMBER : this == TIME || other == TIME ? TIME : TEXT;
  }

  /** Writes a cell; an empty one is null. */
  void write(JsonGenerator json, String cell) throws IOException {
    if (cell.isEmpty()) {
      json.writeNull();
    } else if (this != TEXT && JSON_NUMBER.matcher(cell).matches()) {
      json.writeNumber(cell);
    } else if (this == NUMBER && NUMERIC.matcher(cell).matches()) {
      json.writeNumber(jsonNumber(cell));
    } else if (this == NUMBER && (cell.equals("true") || cell.equals("false"))) {
      json.writeBoolean(cell.equals("true"));
    } else {
      json.writeString(cell);
    }
  }

  /** The same number as JSON allows it. */
  private static String jsonNumber(String number) {
    return number
        .replaceFirst("^\\+", "")
        .replaceFirst("^(-?)\\.", "$10.")
        .replaceFirst("\\.(?!\\d)", "")
        .replaceFirst("^(-?)0+(?=\\d)", "$1");
  }
}
