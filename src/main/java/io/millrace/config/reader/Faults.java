package io.millrace.config.reader;

import io.millrace.config.ConfigException;
import io.millrace.config.Fault;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the faults of one reading. */
final class Faults {
  private record Placed(Place place, Fault fault) {}

  private final List<Placed> found = new ArrayList<>();

  void add(Place place, String key, String message) {
    found.add(new Placed(place, new Fault(key, place.text(), message)));
  }

  boolean has(String key) {
    return found.stream().anyMatch(placed -> placed.fault().key().equals(key));
  }

  /** Whether there is a fault at the key or below it. */
  boolean hasWithin(String key) {
    return found.stream().map(placed -> placed.fault().key()).anyMatch(at -> isWithin(at, key));
  }

  private static boolean isWithin(String at, String key) {
    return at.startsWith(key)
        && (at.length() == key.length() || ".[".indexOf(at.charAt(key.length())) >= 0);
  }

  void throwIfAny() throws ConfigException {
    if (!found.isEmpty()) {
      throw exception();
    }
  }

  ConfigException exception() {
    return new ConfigException(
        found.stream()
            .sorted(Comparator.comparingInt(placed -> placed.place().order()))
            .map(Placed::fault)
            .toList());
  }
}
