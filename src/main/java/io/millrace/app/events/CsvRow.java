package io.millrace.app.events;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.app.process.ExitException;
import io.millrace.config.ExampleConfig;
import io.millrace.config.Format;
import io.millrace.example.Feature;
import io.millrace.example.Features;
import io.millrace.example.FieldPath;
import io.millrace.example.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** How a row of a CSV file becomes an event. */
@FunctionalInterface
interface CsvRow {
  /**
   * The event of a row.
   *
   * @param cells no more than the header has
   * @throws IllegalArgumentException when a cell cannot be sent; the message says why
   */
  byte[] event(String[] cells) throws IOException;

  /**
   * A JSON object with the columns that the configuration names. Other columns are omitted.
   *
   * @throws ExitException when a column is missing that every example needs
   */
  static CsvRow named(List<String> header, Features.Named features, Target label) {
    Map<String, CsvCell> kinds = new HashMap<>();
    Set<String> missing = new TreeSet<>();
    Set<String> nested = new TreeSet<>();
    for (Feature feature : features.features()) {
      String column = column(feature.field());
      kinds.merge(column, CsvCell.of(feature), CsvCell::and);
      if (!feature.mayBeMissing() && !header.contains(column)) {
        missing.add(column);
        if (feature.field().segments().size() > 1) {
          nested.add(feature.field().text());
        }
      }
    }
    kinds.merge(column(label.field()), CsvCell.of(label), CsvCell::and);
    if (!header.contains(column(label.field()))) {
      missing.add(column(label.field()));
    }
    if (!missing.isEmpty()) {
      throw noColumn(missing, "example.features or example.label", nested, header);
    }
    return cells ->
        object(
            json -> {
              for (int i = 0; i < cells.length; i++) {
                CsvCell kind = kinds.get(header.get(i));
                if (kind != null) {
                  json.writeFieldName(header.get(i));
                  kind.write(json, cells[i]);
                }
              }
            });
  }

  /** The column of a field. A nested field would be in the column of its outermost field. */
  private static String column(FieldPath field) {
    return field.segments().get(0);
  }

  /**
   * The vector form: the column named by {@code example.label} is the label, every other column a
   * feature, in the order of the header. Numbers are sent unchanged. An empty cell is sent as null
   * and anything else as text, and the learner rejects both.
   *
   * @throws ExitException when there is no column for the label
   */
  static CsvRow vector(List<String> header, ExampleConfig example) {
    int labelColumn = labelColumn(header, example);
    String features = ((Features.Vector) example.features()).field().segments().get(0);
    String label = example.label().field().segments().get(0);
    return cells ->
        object(
            json -> {
              json.writeArrayFieldStart(features);
              for (int column = 0; column < cells.length; column++) {
                if (column != labelColumn) {
                  CsvCell.NUMBER.write(json, cells[column]);
                }
              }
              json.writeEndArray();
              if (labelColumn < cells.length) {
                json.writeFieldName(label);
                CsvCell.of(example.label()).write(json, cells[labelColumn]);
              }
            });
  }

  /**
   * The vector form as little-endian numbers, the label last. An empty cell is sent as NaN, and the
   * learner rejects it.
   *
   * @throws ExitException when there is no column for the label
   */
  static CsvRow binary(List<String> header, ExampleConfig example) {
    int labelColumn = labelColumn(header, example);
    boolean isDouble = example.format() == Format.FLOAT64;
    return cells -> {
      int bytes = cells.length * (isDouble ? Double.BYTES : Float.BYTES);
      ByteBuffer numbers = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < cells.length; i++) {
        boolean isLast = i == cells.length - 1;
        int column = isLast && labelColumn <= i ? labelColumn : i < labelColumn ? i : i + 1;
        double number = number(cells[column], header.get(column), example.format());
        if (isDouble) {
          numbers.putDouble(number);
        } else {
          numbers.putFloat((float) number);
        }
      }
      return numbers.array();
    };
  }

  /** The number in a cell, NaN if it is empty. These formats cannot hold text. */
  private static double number(String cell, String column, Format format) {
    try {
      return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "column %s: \"%s\" is not a number, and %s has only numbers",
              column,
              cell,
              format.text()),
          e);
    }
  }

  private static int labelColumn(List<String> header, ExampleConfig example) {
    String label = example.label().field().segments().get(0);
    int column = header.indexOf(label);
    if (column < 0) {
      throw noColumn(Set.of(label), "example.label", Set.of(), header);
    }
    return column;
  }

  private static ExitException noColumn(
      Set<String> columns, String key, Set<String> nested, List<String> header) {
    String names = header.isEmpty() ? "none" : String.join(", ", header);
    String hint = "";
    if (header.stream().anyMatch(name -> name.indexOf(';') >= 0 || name.indexOf('\t') >= 0)) {
      hint = ". Cells must be separated by commas";
    } else if (!nested.isEmpty()) {
      hint =
          String.format(
              Locale.ROOT,
              ". A CSV file cannot hold nested fields (%s): send JSON lines (.jsonl)",
              String.join(", ", nested));
    }
    return ExitException.usage(
        String.format(
            Locale.ROOT,
            "The CSV file has no column %s for %s. Its columns are: %s%s",
            columns.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", ")),
            key,
            names,
            hint));
  }

  /** Writes the fields of an object. */
  @FunctionalInterface
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  private static byte[] object(Fields fields) throws IOException {
    ByteArrayOutputStream event = new ByteArrayOutputStream(256);
    try (JsonGenerator json = CsvCell.JSON.createGenerator(event)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    }
    return event.toByteArray();
  }
}
