package io.millrace.config;

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
