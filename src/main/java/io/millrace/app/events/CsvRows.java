package io.millrace.app.events;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CSV with a header row. */
final class CsvRows implements Closeable {
  private final MappingIterator<String[]> rows;
  private final List<String> header;

  /** Reads the header. */
  CsvRows(InputStream in) throws IOException {
    this.rows =
        new CsvMapper()
            .readerFor(String[].class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .with(CsvParser.Feature.SKIP_EMPTY_LINES)
            .with(CsvParser.Feature.TRIM_SPACES)
            .readValues(in);
    this.header = rows.hasNextValue() ? Arrays.asList(rows.nextValue()) : List.of();
  }

  /** The names of the columns; none when the file is empty. */
  List<String> header() {
    return header;
  }

  /** The cells of the next row, or null at the end. */
  String @Nullable [] next() throws IOException {
    return rows.hasNextValue() ? rows.nextValue() : null;
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
