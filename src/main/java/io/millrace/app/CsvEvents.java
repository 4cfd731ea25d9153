package io.millrace.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.millrace.config.ExampleConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CSV with a header row, each row an example in the vector form: the column named by {@code
 * example.label} is the label, every other column a feature, in the order of the header. Numbers go
 * out as written; an empty cell is null and anything else a text, for the learner to reject.
 */
final class CsvEvents implements EventSource {
  private static final JsonFactory JSON = new JsonFactory();

  private final MappingIterator<String[]> rows;
  private final ExampleConfig example;
  private final int labelColumn;

  /**
   * Reads the header.
   *
   * @throws ExitException when it lacks the label's column
   */
  CsvEvents(InputStream in, ExampleConfig example) throws IOException {
    this.rows =
        new CsvMapper()
            .readerFor(String[].class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .with(CsvParser.Feature.SKIP_EMPTY_LINES)
            .with(CsvParser.Feature.TRIM_SPACES)
            .readValues(in);
    this.example = example;
    List<String> header = rows.hasNextValue() ? Arrays.asList(rows.nextValue()) : List.of();
    this.labelColumn = header.indexOf(example.label());
    if (labelColumn < 0) {
      throw ExitException.usage(
          "The CSV has no column \"%s\" (example.label); its columns are: %s"
              .formatted(example.label(), header.isEmpty() ? "none" : String.join(", ", header)));
    }
  }

  @Override
  public byte @Nullable [] next() throws IOException {
    return rows.hasNextValue() ? example(rows.nextValue()) : null;
  }

  private byte[] example(String[] cells) throws IOException {
    ByteArrayOutputStream event = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(event)) {
      json.writeStartObject();
      json.writeArrayFieldStart(example.features());
      for (int column = 0; column < cells.length; column++) {
        if (column != labelColumn) {
          write(json, cells[column]);
        }
      }
      json.writeEndArray();
      if (labelColumn < cells.length) {
        json.writeFieldName(example.label());
        write(json, cells[labelColumn]);
      }
      json.writeEndObject();
    }
    return event.toByteArray();
  }

  private static void write(JsonGenerator json, String cell) throws IOException {
    if (cell.isEmpty()) {
      json.writeNull();
      return;
    }
    try {
      json.writeNumber(new BigDecimal(cell));
    } catch (NumberFormatException e) {
      json.writeString(cell);
    }
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
