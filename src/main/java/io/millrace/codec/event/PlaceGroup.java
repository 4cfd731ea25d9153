package io.millrace.codec.event;

import io.millrace.codec.plain.ByteTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The places of one object or array. */
final class PlaceGroup {
  final boolean isArray;

  /** The place whose value it is; null: it is the event. */
  final @Nullable Place outer;

  /** The place before the first one. */
  final Place start = new Place(this, -1);

  /**
   * The place of all fields whose names are not known, and of all elements behind the used ones.
   */
  private final Place other = new Place(this, Integer.MAX_VALUE - 1);

  private final ByteTable names = new ByteTable();

  /** Of an object: by the number of the name. Of an array: by index. */
  private final List<Place> places = new ArrayList<>();

  PlaceGroup(boolean isArray, @Nullable Place outer) {
    this.isArray = isArray;
    this.outer = outer;
  }

  /** The place of a field, new or not. */
  Place field(byte[] name) {
    names.putIfAbsent(name, places.size());
    byte[] padded = Arrays.copyOf(name, name.length + Long.BYTES);
    int number = names.get(padded, 0, name.length);
    if (number == places.size()) {
      places.add(new Place(this, 0));
    }
    return places.get(number);
  }

  /** The place of a field by the bytes of its name, if it is known. */
  @Nullable Place field(byte[] b, int from, int to) {
    int number = names.get(b, from, to);
    return number < 0 ? null : places.get(number);
  }

  /** The place of all fields whose names are not known. */
  Place other() {
    return other;
  }

  /** The place of an element, as a part of the configuration; those before it get theirs, too. */
  Place element(int index) {
    while (places.size() <= index) {
      places.add(new Place(this, places.size()));
    }
    return places.get(index);
  }

  /** The place behind an element, or the first one behind the start. */
  Place elementBehind(Place place) {
    int index = place.index + 1;
    return index < places.size() ? places.get(index) : other;
  }
}
