package io.millrace.codec;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.learn.LogPosition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.OptionalDouble;

/** What the published JSON records have in common. Doubles are written so that they read back. */
final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                  .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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

  static JsonParser parser(byte[] bytes) throws IOException {
    return MAPPER.createParser(bytes);
  }

  /**
   * Reads one JSON object.
   *
   * @throws FormatException when the bytes are something else
   */
  static JsonNode read(byte[] bytes) {
    try {
      JsonNode json = MAPPER.readTree(bytes);
      if (!json.isObject()) {
        throw new FormatException("Expected a JSON object, got " + shown(json));
      }
      return json;
    } catch (JacksonException e) {
      throw new FormatException(Text.broken(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory cannot fail", e);
    }
  }

  static String text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isTextual()) {
      throw unexpected(field, "a text", value);
    }
    return value.textValue();
  }

  static int int32(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw unexpected(field, "a whole number below 2^31", value);
    }
    return value.intValue();
  }

  static long int64(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw unexpected(field, "a whole number below 2^63", value);
    }
    return value.longValue();
  }

  static double number(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw unexpected(field, "a finite number", value);
    }
    return value.doubleValue();
  }

  static OptionalDouble optionalNumber(JsonNode json, String field) {
    return json.has(field) ? OptionalDouble.of(number(json, field)) : OptionalDouble.empty();
  }

  static boolean bool(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isBoolean()) {
      throw unexpected(field, "true or false", value);
    }
    return value.booleanValue();
  }

  static JsonNode objectAt(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isObject()) {
      throw unexpected(field, "an object", value);
    }
    return value;
  }

  static Instant timestamp(JsonNode json, String field) {
    try {
      return Instant.parse(text(json, field));
    } catch (DateTimeParseException e) {
      throw unexpected(field, "an ISO-8601 time in UTC", json.path(field));
    }
  }

  static FormatException unexpected(String name, String expected, JsonNode found) {
    return new FormatException("%s: expected %s, got %s".formatted(name, expected, shown(found)));
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "nothing" : Text.shorten(value.toString());
  }

  static String timestamp(Instant instant) {
    return TIMESTAMP.format(instant);
  }

  static void optionalNumber(JsonGenerator json, String field, OptionalDouble number)
      throws IOException {
    if (number.isPresent()) {
      json.writeNumberField(field, number.getAsDouble());
    }
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
   * @throws FormatException when a field is absent or of another type
   */
  static LogPosition position(JsonNode json, String field) {
    JsonNode position = objectAt(json, field);
    return new LogPosition(
        text(position, "topic"), int32(position, "partition"), int64(position, "offset"));
  }
}
