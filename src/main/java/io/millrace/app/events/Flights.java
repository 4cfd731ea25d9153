package io.millrace.app.events;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The bundled stream: 100,000 flights within the United States in January 2001, in the order of
 * their departure, as events that hold what the file has. Source: US Bureau of Transportation
 * Statistics, on-time performance; public domain.
 */
public final class Flights {
  private static final String RESOURCE = "flights-100k.csv.gz";

  private final List<byte[]> events = new ArrayList<>();

  private Flights() {}

  public static Flights load() {
    Flights flights = new Flights();
    try (InputStream in = Flights.class.getResourceAsStream(RESOURCE);
        CsvRows rows = new CsvRows(new GZIPInputStream(in))) {
      CsvRow row = CsvRow.object(rows.header());
      for (String[] cells = rows.next(); cells != null; cells = rows.next()) {
        flights.events.add(row.event(cells));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The bundled flights cannot be read", e);
    }
    return flights;
  }

  public int size() {
    return events.size();
  }

  byte[] event(int i) {
    return events.get(i);
  }
}
