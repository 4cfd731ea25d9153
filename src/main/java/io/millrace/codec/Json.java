package io.millrace.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.learn.LogPosition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What the published JSON records have in common. Doubles are written so that they read back. */
final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .build());

  /** ISO-8601 with milliseconds, always: {@code 2026-11-23T15:25:42.007Z}. */
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Json() {}

  /** Writes the fields of one object. */
  @FunctionalInterface
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  static byte[] object(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = MAPPER.createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads one JSON value.
   *
   * @throws FormatException when the bytes are no JSON
   */
  static JsonNode read(byte[] bytes) {
    try {
      return MAPPER.readTree(bytes);
    } catch (IOException e) {
      throw new FormatException(
          "Broken JSON: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
    }
  }

  static String timestamp(Instant instant) {
    return TIMESTAMP.format(instant);
  }

  static void numbers(JsonGenerator json, String field, double[] numbers) throws IOException {
    json.writeFieldName(field);
    json.writeArray(numbers, 0, numbers.length);
  }

  static void rows(JsonGenerator json, String field, double[][] rows) throws IOException {
    json.writeArrayFieldStart(field);
    for (double[] row : rows) {
      json.writeArray(row, 0, row.length);
    }
    json.writeEndArray();
  }

  static void position(JsonGenerator json, String field, LogPosition position) throws IOException {
    json.writeObjectFieldStart(field);
    json.writeStringField("topic", position.topic());
    json.writeNumberField("partition", position.partition());
    json.writeNumberField("offset", position.offset());
    json.writeEndObject();
  }

  /**
   * Reads a position.
   *
   * @throws IllegalArgumentException when a field is absent
   */
  static LogPosition position(JsonNode json) {
    return new LogPosition(
        json.required("topic").asText(),
        json.required("partition").intValue(),
        json.required("offset").longValue());
  }
}
