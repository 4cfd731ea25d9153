package io.millrace.codec;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.nn.Output;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the vector form, {@code {"features":[0.1,-2,3e4],"label":1}}, with a streaming parser
 * straight into the mini-batch's own memory.
 *
 * <p>The whole record is read, whatever is wrong with it: of several faults the one that stands
 * first in {@link Reason} is named, and of a field that occurs twice the last counts, as JSON
 * parsers have it.
 */
public final class JsonExampleDecoder implements ExampleDecoder {
  private static final int MAX_NESTING = 1000;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          // NaN is no JSON, yet common; read it, so that it can be rejected as what it is.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          // Field names come from outside: they must not fill the JVM's table of strings.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          // UTF-8 it is, never guessed to be something else.
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  // A record is bounded by Kafka; within it a number or name may have any length.
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final String featuresField;
  private final String labelField;
  private final Labels labels;
  private final double[] label;

  /**
   * A decoder for one model.
   *
   * @param featuresField the field with the n0 numbers
   * @param labelField the field with the label
   * @param output what the label must fit
   * @param outputs n2
   */
  public JsonExampleDecoder(String featuresField, String labelField, Output output, int outputs) {
    this.featuresField = featuresField;
    this.labelField = labelField;
    this.labels = new Labels(labelField, output, outputs);
    this.label = new double[labels.written()];
  }

  @Override
  public @Nullable Rejection decode(byte @Nullable [] value, MiniBatch into) {
    if (value == null || value.length == 0) {
      return notJson("The value is empty, expected a JSON object");
    }
    try (JsonParser json = JSON.createParser(value)) {
      return readRecord(json, into);
    } catch (JacksonException e) {
      return notJson(Text.brokenJson(e));
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory cannot fail", e);
    }
  }

  private @Nullable Rejection readRecord(JsonParser json, MiniBatch into) throws IOException {
    JsonToken first = json.nextToken();
    if (first != JsonToken.START_OBJECT) {
      return notJson("Expected a JSON object, got " + (first == null ? "nothing" : shown(json)));
    }
    Rejection features = missing(featuresField, "is absent");
    Rejection labelFault = missing(labelField, "is absent");
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      json.nextToken();
      if (field.equals(featuresField)) {
        features = readFeatures(json, into);
      } else if (field.equals(labelField)) {
        labelFault = readLabel(json, into);
      } else {
        json.skipChildren();
      }
    }
    if (json.nextToken() != null) {
      return notJson("Expected one JSON object and nothing after it, got " + shown(json));
    }
    return firstInReasons(features, labelFault);
  }

  private @Nullable Rejection readFeatures(JsonParser json, MiniBatch into) throws IOException {
    int start = into.size() * into.inputs();
    return readNumbers(json, featuresField, into.xt().data, start, into.inputs());
  }

  private @Nullable Rejection readLabel(JsonParser json, MiniBatch into) throws IOException {
    Rejection fault =
        label.length > 1 && json.currentToken().isNumeric()
            ? wrongSize(labelField, label.length, 1)
            : label.length > 1
                ? readNumbers(json, labelField, label, 0, label.length)
                : readNumber(json, labelField, -1, label, 0);
    return fault != null
        ? fault
        : labels.encode(label, into.yt().data, into.size() * into.outputs());
  }

  /** Reads an array of {@code count} numbers to {@code target}, from {@code start} on. */
  private static @Nullable Rejection readNumbers(
      JsonParser json, String field, double[] target, int start, int count) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return missing(field, "is null");
    }
    if (json.currentToken() != JsonToken.START_ARRAY) {
      return wrongType(json, field, "an array of " + numbers(count));
    }
    Rejection fault = null;
    int found = 0;
    for (; json.nextToken() != JsonToken.END_ARRAY; found++) {
      int index = start + Math.min(found, count - 1);
      fault = firstInReasons(fault, readNumber(json, field, found, target, index));
    }
    return found == count ? fault : firstInReasons(fault, wrongSize(field, count, found));
  }

  /**
   * Reads one number to {@code target[index]}; it is number {@code i} of an array, or alone (-1).
   */
  private static @Nullable Rejection readNumber(
      JsonParser json, String field, int i, double[] target, int index) throws IOException {
    JsonToken token = json.currentToken();
    if (!token.isNumeric()) {
      return token == JsonToken.VALUE_NULL && i < 0
          ? missing(field, "is null")
          : wrongType(json, name(field, i), "a number");
    }
    double number = json.getDoubleValue();
    if (!Double.isFinite(number)) {
      return new Rejection(
          Reason.NOT_FINITE,
          "%s: expected a finite number, got %s".formatted(name(field, i), shown(json)));
    }
    target[index] = number;
    return null;
  }

  private static String name(String field, int i) {
    return i < 0 ? field : "%s[%d]".formatted(field, i);
  }

  /** The value at the parser, as far as a sentence can hold it. */
  private static String shown(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_ARRAY -> "an array";
      case START_OBJECT -> "an object";
      case VALUE_STRING -> '"' + Text.shorten(json.getText()) + '"';
      default -> Text.shorten(json.getText());
    };
  }

  private static @Nullable Rejection firstInReasons(@Nullable Rejection a, @Nullable Rejection b) {
    return a == null || (b != null && b.reason().compareTo(a.reason()) < 0) ? b : a;
  }

  private static Rejection notJson(String detail) {
    return new Rejection(Reason.NOT_JSON, detail);
  }

  private static Rejection missing(String field, String how) {
    return new Rejection(Reason.MISSING_FIELD, "The field %s %s".formatted(field, how));
  }

  private static Rejection wrongType(JsonParser json, String name, String expected)
      throws IOException {
    String detail = "%s: expected %s, got %s".formatted(name, expected, shown(json));
    json.skipChildren();
    return new Rejection(Reason.WRONG_TYPE, detail);
  }

  private static Rejection wrongSize(String field, int expected, int found) {
    return new Rejection(
        Reason.WRONG_SIZE, "%s: expected %s, got %d".formatted(field, numbers(expected), found));
  }

  private static String numbers(int count) {
    return count == 1 ? "1 number" : count + " numbers";
  }
}
