package io.millrace.app.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.app.process.ExitException;
import io.millrace.config.Format;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a cell of a CSV file is: all are text there, and only some are meant so. */
final class CsvCell {
  static final JsonFactory JSON = new JsonFactory();

  /** As JSON has it, and also {@code +1}, {@code .5} and {@code 1.}; not {@code 007}. */
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?((0|[1-9]\\d*)(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?");

  private static final Pattern JSON_NUMBER =
      Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?");

  private CsvCell() {}

  /**
   * Writes a cell as JSON: empty is null, a number goes out as written, {@code true} and {@code
   * false} are what they say. Anything else is text, also digits that start with a zero: codes, of
   * which a number would lose the zeros.
   */
  static void write(JsonGenerator json, String cell) throws IOException {
    if (cell.isEmpty()) {
      json.writeNull();
    } else if (JSON_NUMBER.matcher(cell).matches()) {
      json.writeNumber(cell);
    } else if (NUMBER.matcher(cell).matches()) {
      json.writeNumber(jsonNumber(cell));
    } else if (cell.equals("true") || cell.equals("false")) {
      json.writeBoolean(cell.equals("true"));
    } else {
      json.writeString(cell);
    }
  }

  /** A number without the liberties that JSON does not allow. */
  private static String jsonNumber(String number) {
    return number
        .replaceFirst("^\\+", "")
        .replaceFirst("^(-?)\\.", "$10.")
        .replaceFirst("\\.(?!\\d)", "");
  }

  /**
   * The number in a cell, NaN where it is empty.
   *
   * @throws ExitException when there is anything else
   */
  static double number(String cell, List<String> header, int column, Format format) {
    try {
      return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT,
              "Column %s: \"%s\" is no number, and %s has nothing but numbers",
              column < header.size() ? header.get(column) : column + 1,
              cell,
              format.text()),
          e);
    }
  }
}
