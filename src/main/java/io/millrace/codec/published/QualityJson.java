package io.millrace.codec.published;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.learn.quality.Prequential;
import io.millrace.learn.quality.Quality;
import java.io.IOException;
import java.util.Optional;

/** The fields of a cost record that say how good the model is. */
final class QualityJson {
  private static final SerializableString DRIFTS = Json.name("drifts");
  static final SerializableString EXAMPLES = Json.name("examples");
  static final SerializableString COST = Json.name("cost");
  static final SerializableString ACCURACY = Json.name("accuracy");
  private static final SerializableString AUC = Json.name("auc");
  private static final SerializableString LOG_LOSS = Json.name("logLoss");
  private static final SerializableString MAE = Json.name("mae");
  private static final SerializableString RMSE = Json.name("rmse");
  private static final SerializableString WINDOW = Json.name("window");
  private static final SerializableString SINCE_START = Json.name("sinceStart");
  private static final SerializableString BASELINE = Json.name("baseline");
  private static final SerializableString NO_CHANGE = Json.name("noChange");
  private static final SerializableString DRIFT = Json.name("drift");

  private QualityJson() {}

  static void write(JsonGenerator json, Prequential figures) throws IOException {
    write(json, WINDOW, figures.window());
    write(json, SINCE_START, figures.sinceStart());
    json.writeFieldName(DRIFT);
    json.writeBoolean(figures.drift());
    Json.number(json, DRIFTS, figures.drifts());
  }

  private static void write(JsonGenerator json, SerializableString field, Quality quality)
      throws IOException {
    Json.startObject(json, field);
    Json.number(json, EXAMPLES, quality.examples());
    Json.number(json, COST, quality.cost());
    Json.optionalNumber(json, ACCURACY, quality.accuracy());
    Json.optionalNumber(json, AUC, quality.auc());
    Json.optionalNumber(json, LOG_LOSS, quality.logLoss());
    Json.optionalNumber(json, MAE, quality.mae());
    Json.optionalNumber(json, RMSE, quality.rmse());
    write(json, BASELINE, quality.baseline());
    write(json, NO_CHANGE, quality.noChange());
    json.writeEndObject();
  }

  private static void write(
      JsonGenerator json, SerializableString field, Quality.Reference reference)
      throws IOException {
    Json.startObject(json, field);
    Json.optionalNumber(json, COST, reference.cost());
    Json.optionalNumber(json, ACCURACY, reference.accuracy());
    Json.optionalNumber(json, MAE, reference.mae());
    Json.optionalNumber(json, RMSE, reference.rmse());
    json.writeEndObject();
  }

  /**
   * Reads the fields of a record, where it has them.
   *
   * @throws io.millrace.codec.FormatException when a field is absent or of another type
   */
  static Optional<Prequential> read(JsonNode json) {
    return json.has(WINDOW.getValue())
        ? Optional.of(
            new Prequential(
                quality(Json.objectAt(json, WINDOW.getValue())),
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
