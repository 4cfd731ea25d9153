package io.millrace.app;

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
final class Flights {
  private static final String RESOURCE = "flights-100k.csv.gz";
  private static final String DELAY = "delay";
  private static final int LATE_MINUTES = 15;

  private final List<byte[]> events = new ArrayList<>();
  private final List<Integer> onTimeBefore = new ArrayList<>(List.of(0));

  private Flights() {}

  static Flights load() {
    Flights flights = new Flights();
    try (InputStream in = Flights.class.getResourceAsStream(RESOURCE);
        CsvRows rows = new CsvRows(new GZIPInputStream(in))) {
      CsvRow row = CsvRow.object(rows.header());
      int delay = rows.header().indexOf(DELAY);
      for (String[] cells = rows.next(); cells != null; cells = rows.next()) {
        flights.add(row.event(cells), Double.parseDouble(cells[delay]) > LATE_MINUTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The bundled flights cannot be read", e);
    }
    return flights;
  }

  private void add(byte[] event, boolean late) {
    events.add(event);
    onTimeBefore.add(onTimeBefore.get(onTimeBefore.size() - 1) + (late ? 0 : 1));
  }

  int size() {
    return events.size();
  }

  byte[] event(int i) {
    return events.get(i);
  }

  /**
   * The accuracy of always answering "on time" over the first flights of the stream, which starts
   * again at its end.
   */
  double onTimeShare(long flights) {
    long passes = flights / size();
    int rest = (int) (flights % size());
    return (double) (passes * onTimeBefore.get(size()) + onTimeBefore.get(rest)) / flights;
  }
}
