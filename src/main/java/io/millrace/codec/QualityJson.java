package io.millrace.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.learn.Prequential;
import io.millrace.learn.Quality;
import java.io.IOException;
import java.util.Optional;

/** The fields of a cost record that say how good the model is. */
final class QualityJson {
  private static final String WINDOW = "window";

  private QualityJson() {}

  static void write(JsonGenerator json, Prequential figures) throws IOException {
    write(json, WINDOW, figures.window());
    write(json, "sinceStart", figures.sinceStart());
    json.writeBooleanField("drift", figures.drift());
    json.writeNumberField("drifts", figures.drifts());
  }

  private static void write(JsonGenerator json, String field, Quality quality) throws IOException {
    json.writeObjectFieldStart(field);
    json.writeNumberField("examples", quality.examples());
    json.writeNumberField("cost", quality.cost());
    Json.optionalNumber(json, "accuracy", quality.accuracy());
    Json.optionalNumber(json, "auc", quality.auc());
    Json.optionalNumber(json, "logLoss", quality.logLoss());
    Json.optionalNumber(json, "mae", quality.mae());
    Json.optionalNumber(json, "rmse", quality.rmse());
    write(json, "baseline", quality.baseline());
    write(json, "noChange", quality.noChange());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String field, Quality.Reference reference)
      throws IOException {
    json.writeObjectFieldStart(field);
    Json.optionalNumber(json, "cost", reference.cost());
    Json.optionalNumber(json, "accuracy", reference.accuracy());
    Json.optionalNumber(json, "mae", reference.mae());
    Json.optionalNumber(json, "rmse", reference.rmse());
    json.writeEndObject();
  }

  /**
   * Reads the fields of a record, where it has them.
   *
   * @throws FormatException when a field is absent or of another type
   */
  static Optional<Prequential> read(JsonNode json) {
    return json.has(WINDOW)
        ? Optional.of(
            new Prequential(
                quality(Json.objectAt(json, WINDOW)),
                quality(Json.objectAt(json, "sinceStart")),
                Json.bool(json, "drift"),
                Json.int64(json, "drifts")))
        : Optional.empty();
  }

  private static Quality quality(JsonNode json) {
    return new Quality(
        Json.int64(json, "examples"),
        Json.number(json, "cost"),
        Json.optionalNumber(json, "accuracy"),
        Json.optionalNumber(json, "auc"),
        Json.optionalNumber(json, "logLoss"),
        Json.optionalNumber(json, "mae"),
        Json.optionalNumber(json, "rmse"),
        reference(Json.objectAt(json, "baseline")),
        reference(Json.objectAt(json, "noChange")));
  }

  private static Quality.Reference reference(JsonNode json) {
    return new Quality.Reference(
        Json.optionalNumber(json, "cost"),
        Json.optionalNumber(json, "accuracy"),
        Json.optionalNumber(json, "mae"),
        Json.optionalNumber(json, "rmse"));
  }
}
