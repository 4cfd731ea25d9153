package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as programs do.
 *
 * @param blank behind each comma and colon
 * @param shuffle where names come in any order; null: in the order of the event
 */
public record EventWriter(String blank, @Nullable Random shuffle) {
  /** In the order of the event, without blanks. */
  public static EventWriter compact() {
    return new EventWriter("", null);
  }

  /** With the blanks that Python's json has. */
  public static EventWriter spaced() {
    return new EventWriter(" ", null);
  }

  /** The names of each object in any order. */
  public static EventWriter shuffled(Random random) {
    return new EventWriter("", random);
  }

  public byte[] bytes(JsonNode event) {
    return text(event).getBytes(UTF_8);
  }

  /** The JSON of a value. */
  public String text(JsonNode value) {
    if (value instanceof ObjectNode object) {
      List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(object.properties());
      if (shuffle != null) {
        Collections.shuffle(fields, shuffle);
      }
      return fields.stream()
          .map(field -> "\"%s\":%s%s".formatted(field.getKey(), blank, text(field.getValue())))
          .collect(Collectors.joining("," + blank, "{", "}"));
    }
    if (value instanceof ArrayNode array) {
      return StreamSupport.stream(array.spliterator(), false)
          .map(this::text)
          .collect(Collectors.joining("," + blank, "[", "]"));
    }
    return value.toString();
  }
}
