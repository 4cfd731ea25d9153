package io.millrace.app.events;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.millrace.app.process.ExitException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** CSV with a header row. */
final class CsvRows implements Closeable {
  private final MappingIterator<String[]> rows;
  private final List<String> header;
  private long line;

  /**
   * Reads the header.
   *
   * @throws ExitException when two columns have the same name
   */
  CsvRows(InputStream in) throws IOException {
    this.rows =
        new CsvMapper()
            .readerFor(String[].class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .with(CsvParser.Feature.SKIP_EMPTY_LINES)
            .with(CsvParser.Feature.TRIM_SPACES)
            .readValues(in);
    this.header = rows.hasNextValue() ? Arrays.asList(rows.nextValue()) : List.of();
    Set<String> names = new HashSet<>();
    for (String name : header) {
      if (!name.isEmpty() && !names.add(name)) {
        throw ExitException.usage(
            String.format(
                Locale.ROOT,
                "The CSV has two columns \"%s\", and an event can have only one field of a name;"
                    + " rename one of them in the header",
                name));
      }
    }
  }

  /** The line on which the last row begins, from 1. */
  long line() {
    return line;
  }

  /** The names of the columns; none when the file is empty. */
  List<String> header() {
    return header;
  }

  /** The cells of the next row, or null at the end. */
  String @Nullable [] next() throws IOException {
    if (!rows.hasNextValue()) {
      return null;
    }
    line = rows.getParser().currentLocation().getLineNr();
    return rows.nextValue();
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
