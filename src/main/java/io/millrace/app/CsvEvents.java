package io.millrace.app;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.millrace.config.ExampleConfig;
import io.millrace.config.Format;
import io.millrace.example.Features;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CSV with a header row, each row an event in the form and the format of the configuration. */
final class CsvEvents implements EventSource {
  private final MappingIterator<String[]> rows;
  private final CsvRow row;

  /**
   * Reads the header.
   *
   * @throws ExitException when it lacks a column that every example needs
   */
  CsvEvents(InputStream in, ExampleConfig example) throws IOException {
    this.rows =
        new CsvMapper()
            .readerFor(String[].class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .with(CsvParser.Feature.SKIP_EMPTY_LINES)
            .with(CsvParser.Feature.TRIM_SPACES)
            .readValues(in);
    List<String> header = rows.hasNextValue() ? Arrays.asList(rows.nextValue()) : List.of();
    if (example.features() instanceof Features.Named named) {
      this.row = CsvRow.named(header, named, example.label());
    } else if (example.format() == Format.JSON) {
      this.row = CsvRow.vector(header, example);
    } else {
      this.row = CsvRow.binary(header, example);
    }
  }

  @Override
  public byte @Nullable [] next() throws IOException {
    return rows.hasNextValue() ? row.event(rows.nextValue()) : null;
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
