package io.millrace.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * The bundled stream: 100,000 flights within the United States in January 2001, in the order of
 * their departure. Source: US Bureau of Transportation Statistics, on-time performance; public
 * domain.
 */
final class Flights {
  private static final String RESOURCE = "flights-100k.csv.gz";
  private static final int LATE_MINUTES = 15;
  private static final JsonFactory JSON = new JsonFactory();

  private final List<byte[]> events = new ArrayList<>();
  private final List<Integer> onTimeBefore = new ArrayList<>(List.of(0));

  private Flights() {}

  static Flights load() {
    Flights flights = new Flights();
    try (InputStream in = Flights.class.getResourceAsStream(RESOURCE);
        MappingIterator<Map<String, String>> rows =
            new CsvMapper()
                .readerForMapOf(String.class)
                .with(CsvSchema.emptySchema().withHeader())
                .readValues(new GZIPInputStream(in))) {
      while (rows.hasNextValue()) {
        flights.add(rows.nextValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The bundled flights cannot be read", e);
    }
    return flights;
  }

  private void add(Map<String, String> flight) throws IOException {
    boolean late = Double.parseDouble(flight.get("delay")) > LATE_MINUTES;
    LocalDateTime departure = LocalDateTime.parse(flight.get("date"));
    double day = 2 * Math.PI * departure.toLocalTime().toSecondOfDay() / 86_400;
    double week = 2 * Math.PI * (departure.getDayOfWeek().getValue() - 1) / 7;
    double[] features = {
      Double.parseDouble(flight.get("distance")) / 1000,
      Math.sin(day),
      Math.cos(day),
      Math.sin(week),
      Math.cos(week)
    };
    ByteArrayOutputStream event = new ByteArrayOutputStream(160);
    try (JsonGenerator json = JSON.createGenerator(event)) {
      json.writeStartObject();
      json.writeFieldName("features");
      json.writeArray(features, 0, features.length);
      json.writeNumberField("label", late ? 1 : 0);
      json.writeEndObject();
    }
    events.add(event.toByteArray());
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
