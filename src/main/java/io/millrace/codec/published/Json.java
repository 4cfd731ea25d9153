package io.millrace.codec.published;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.codec.FormatException;
import io.millrace.codec.Text;
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
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

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

  private static final SerializableString PARTITION = name("partition");
  private static final SerializableString OFFSET = name("offset");
  private static final SerializableString TOPIC = name("topic");

  private static final DateTimeFormatter TO_THE_SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** The second of the last timestamp: of thousands of records most have it in common. */
  private static final AtomicReference<@Nullable Second> LAST_SECOND = new AtomicReference<>();

  /** A second and its text, up to where the fraction begins. */
  private record Second(long epoch, String text) {
    static Second of(long epoch) {
      return new Second(epoch, TO_THE_SECOND.format(Instant.ofEpochSecond(epoch)));
    }
  }

  private Json() {}

  /** The name of a field that is written often: its bytes are made once. */
  static SerializableString name(String field) {
    return new SerializedString(field);
  }

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
    return new FormatException(
        String.format(Locale.ROOT, "%s: expected %s, got %s", name, expected, shown(found)));
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "nothing" : Text.shorten(value.toString());
  }

  /** ISO-8601 with milliseconds, always: {@code 2026-11-23T15:25:42.007Z}. */
  static String timestamp(Instant instant) {
    Second second = LAST_SECOND.get();
    if (second == null || second.epoch != instant.getEpochSecond()) {
      second = Second.of(instant.getEpochSecond());
      LAST_SECOND.set(second);
    }
    int millis = instant.getNano() / 1_000_000;
    return second.text + millis / 100 + millis / 10 % 10 + millis % 10 + 'Z';
  }

  static void number(JsonGenerator json, SerializableString field, long number) throws IOException {
    json.writeFieldName(field);
    json.writeNumber(number);
  }

  static void number(JsonGenerator json, SerializableString field, double number)
      throws IOException {
    json.writeFieldName(field);
    json.writeNumber(number);
  }

  static void optionalNumber(JsonGenerator json, SerializableString field, OptionalDouble number)
      throws IOException {
    if (number.isPresent()) {
      number(json, field, number.getAsDouble());
    }
  }

  static void text(JsonGenerator json, SerializableString field, String text) throws IOException {
    json.writeFieldName(field);
    json.writeString(text);
  }

  static void startObject(JsonGenerator json, SerializableString field) throws IOException {
    json.writeFieldName(field);
    json.writeStartObject();
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

  static void position(JsonGenerator json, SerializableString field, LogPosition position)
      throws IOException {
    startObject(json, field);
    text(json, TOPIC, position.topic());
    number(json, PARTITION, position.partition());
    number(json, OFFSET, position.offset());
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
