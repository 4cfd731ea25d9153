package io.millrace.app.events;

import io.millrace.config.ExampleConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The bundled stream: 100,000 flights within the United States in January 2001, in the order of
 * their departure, as events with all fields of the file. Source: US Bureau of Transportation
 * Statistics, on-time performance; public domain.
 */
public final class Flights {
  private static final String RESOURCE = "flights-100k.csv.gz";

  private final List<byte[]> events = new ArrayList<>();

  private Flights() {}

  /** Reads all flights, in the form of a configuration. */
  public static Flights load(ExampleConfig example) {
    Flights flights = new Flights();
    try (InputStream in = Flights.class.getResourceAsStream(RESOURCE);
        CsvEvents events = new CsvEvents(EventSource.unpacked(RESOURCE, in), example)) {
      for (byte[] event = events.next(); event != null; event = events.next()) {
        flights.events.add(event);
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
