package io.millrace.codec.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.example.FieldPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The fields that are read from an event, as a tree of the steps that lead to them. It is built
 * once; walking an event asks it one question for each field of an object on the way, and skips
 * everything else.
 */
final class FieldTree {
  private final Map<String, FieldTree> children = new HashMap<>();
  private final List<FieldTree> below = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();

  /** The children that an array has, too: by index, ascending. */
  private final SortedMap<Long, FieldTree> elements = new TreeMap<>();

  /** Where this value stands, as a JSON Pointer. */
  private final String pointer;

  private boolean takesArrays;
  private boolean wasMet;

  FieldTree() {
    this("");
  }

  private FieldTree(String pointer) {
    this.pointer = pointer;
  }

  /** Adds a slot for a field. Several slots may have the same field. */
  void add(FieldPath field, Slot slot) {
    FieldTree node = this;
    for (String segment : field.segments()) {
      node = node.child(segment);
    }
    node.slots.add(slot);
    node.takesArrays |= slot.takesArrays();
  }

  private FieldTree child(String segment) {
    FieldTree known = children.get(segment);
    if (known != null) {
      return known;
    }
    String step = segment.replace("~", "~0").replace("/", "~1");
    FieldTree child = new FieldTree(pointer + "/" + step);
    children.put(segment, child);
    below.add(child);
    if (isIndex(segment)) {
      elements.put(Long.valueOf(segment), child);
    }
    return child;
  }

  /** Whether it counts the elements of an array, where there is one. */
  static boolean isIndex(String segment) {
    return segment.matches("0|[1-9]\\d{0,9}");
  }

  /** Forgets every value. */
  void clear(Column column) {
    wasMet = false;
    for (Slot slot : slots) {
      slot.clear(column);
    }
    clearBelow(column);
  }

  private void clearBelow(Column column) {
    for (FieldTree child : below) {
      child.clear(column);
    }
  }

  /** Reads an object to its end. The parser stands at its start. */
  void readObject(JsonParser json, Column column) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      FieldTree child = children.get(name);
      if (child == null) {
        json.skipChildren();
      } else {
        child.readValue(json, column);
      }
    }
  }

  /** Reads the value at the parser to its end. */
  private void readValue(JsonParser json, Column column) throws IOException {
    if (wasMet) { // a field that occurs twice: of the first nothing remains
      clearBelow(column);
    }
    wasMet = true;
    for (Slot slot : slots) {
      slot.accept(json, column);
    }
    if (json.currentToken() == JsonToken.START_OBJECT && !children.isEmpty()) {
      readObject(json, column);
    } else if (json.currentToken() == JsonToken.START_ARRAY
        && (takesArrays || !elements.isEmpty())) {
      readArray(json, column);
    } else {
      if (!children.isEmpty()) {
        String expected = elements.isEmpty() ? "an object" : "an object or an array";
        clearBelow(column, pointer, Rejections.shown(json), expected);
      }
      json.skipChildren();
    }
  }

  /** Says for every field inside this value that the value can have none. */
  private void clearBelow(Column column, String outer, String found, String expected) {
    for (FieldTree child : below) {
      for (Slot slot : child.slots) {
        slot.clear(column, outer, found, expected);
      }
      child.clearBelow(column, outer, found, expected);
    }
  }

  private void readArray(JsonParser json, Column column) throws IOException {
    int count = 0;
    for (; json.nextToken() != JsonToken.END_ARRAY; count++) {
      if (takesArrays) {
        for (Slot slot : slots) {
          slot.acceptElement(json, count, column);
        }
      }
      FieldTree element = element(count);
      if (element == null) {
        json.skipChildren();
      } else {
        element.readValue(json, column);
      }
    }
    for (Slot slot : slots) {
      slot.acceptEnd(count, column);
    }
  }

  private @Nullable FieldTree element(int index) {
    return elements.isEmpty() || index > elements.lastKey() ? null : elements.get((long) index);
  }
}
