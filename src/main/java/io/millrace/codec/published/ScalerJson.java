package io.millrace.codec.published;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.codec.FormatException;
import io.millrace.nn.Scaler;
import java.io.IOException;
import java.util.Locale;

/** The JSON of a scaler: {@code {"count":51968,"mean":[...],"variance":[...]}}. */
final class ScalerJson {
  private ScalerJson() {}

  /** Writes the fields of the object. */
  static void write(JsonGenerator json, Scaler scaler) throws IOException {
    json.writeNumberField("count", scaler.count());
    Json.numbers(json, "mean", scaler.mean());
    Json.numbers(json, "variance", scaler.variance());
  }

  static String text(Scaler scaler) {
    return new String(Json.object(json -> write(json, scaler)), UTF_8);
  }

  /**
   * Reads a scaler of this many inputs.
   *
   * @throws FormatException when it has another number of inputs, or is none
   */
  static Scaler read(JsonNode json, int inputs) {
    JsonNode count = json.required("count");
    if (!count.isIntegralNumber() || !count.canConvertToLong()) {
      throw new FormatException("scaler.count: expected a whole number, got " + count);
    }
    Scaler scaler =
        Scaler.of(
            count.longValue(),
            SnapshotCodec.numbers(json.required("mean"), "scaler.mean"),
            SnapshotCodec.numbers(json.required("variance"), "scaler.variance"));
    if (scaler.inputs() != inputs) {
      throw new FormatException(
          String.format(
              Locale.ROOT, "Expected a scaler of %d inputs, found %d", inputs, scaler.inputs()));
    }
    return scaler;
  }

  static Scaler read(String json, int inputs) {
    return read(Json.read(json.getBytes(UTF_8)), inputs);
  }
}
