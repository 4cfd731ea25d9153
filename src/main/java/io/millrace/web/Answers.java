package io.millrace.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** JSON answers. */
final class Answers {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Answers() {}

  /** The JSON of a record, map or list. */
  static byte[] json(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("Writing to memory cannot fail", e);
    }
  }

  /** The array of values that are JSON already. */
  static byte[] array(List<byte[]> values) {
    int length = values.stream().mapToInt(value -> value.length + 1).sum();
    ByteArrayOutputStream array = new ByteArrayOutputStream(length + 2);
    array.write('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        array.write(',');
      }
      array.writeBytes(values.get(i));
    }
    array.write(']');
    return array.toByteArray();
  }

  /** Answers with JSON. */
  static void send(HttpServerExchange exchange, byte[] json) {
    exchange
        .getResponseHeaders()
        .put(Headers.CONTENT_TYPE, "application/json")
        .put(Headers.CACHE_CONTROL, "no-store");
    exchange.getResponseSender().send(ByteBuffer.wrap(json));
  }

  /** Answers with a sentence that says what is wrong. */
  static void error(HttpServerExchange exchange, int status, String sentence) {
    exchange.setStatusCode(status);
    send(exchange, json(Map.of("error", sentence)));
  }
}
