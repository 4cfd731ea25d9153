package io.millrace.app.events;

import io.millrace.config.ExampleConfig;
import io.millrace.config.Format;
import io.millrace.example.Features;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** CSV with a header row, each row an event in the form and the format of the configuration. */
public final class CsvEvents implements EventSource {
  private final CsvRows rows;
  private final CsvRow row;

  /**
   * Reads the header.
   *
   * @throws io.millrace.app.process.ExitException when it lacks a column that every example needs,
   *     or has one twice
   */
  public CsvEvents(InputStream in, ExampleConfig example) throws IOException {
    this.rows = new CsvRows(in);
    List<String> header = rows.header();
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
    String[] cells = rows.next();
    if (cells == null) {
      return null;
    }
    int columns = rows.header().size();
    if (cells.length > columns) {
      throw new BadRowException(
          rows.line(),
          String.format(
              Locale.ROOT,
              "%d cells, and the header has %d columns (%s); a cell with a comma in it needs"
                  + " quotes",
              cells.length,
              columns,
              String.join(", ", rows.header())));
    }
    try {
      return row.event(cells);
    } catch (IllegalArgumentException e) {
      throw new BadRowException(rows.line(), String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
