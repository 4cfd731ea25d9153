package io.millrace.codec.published;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.codec.FormatException;
import io.millrace.learn.BatchCost;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.quality.ServedQuality;
import java.io.IOException;
import java.util.Optional;

/** The JSON of a record of the costs topic. */
public final class CostCodec {
  private static final SerializableString SERVED = Json.name("served");
  private static final SerializableString BATCH = Json.name("batch");
  private static final SerializableString TOTAL_EXAMPLES = Json.name("totalExamples");
  private static final SerializableString GRADIENT_NORM = Json.name("gradientNorm");
  private static final SerializableString LEARNING_RATE = Json.name("learningRate");
  private static final SerializableString MODEL_VERSION = Json.name("modelVersion");
  private static final SerializableString OLDEST_VERSION = Json.name("oldestVersion");
  private static final SerializableString NEWEST_VERSION = Json.name("newestVersion");
  private static final SerializableString MODEL = Json.name("model");
  private static final SerializableString TIMESTAMP = Json.name("timestamp");
  private static final SerializableString SOURCE = Json.name("source");

  private CostCodec() {}

  public static byte[] encode(BatchCost cost) {
    return Json.object(json -> write(json, cost));
  }

  private static void write(JsonGenerator json, BatchCost cost) throws IOException {
    BatchMetrics metrics = cost.metrics();
    Json.text(json, MODEL, cost.model());
    Json.number(json, BATCH, metrics.batch());
    Json.number(json, QualityJson.EXAMPLES, metrics.examples());
    Json.number(json, TOTAL_EXAMPLES, metrics.totalExamples());
    Json.number(json, QualityJson.COST, metrics.cost());
    Json.optionalNumber(json, QualityJson.ACCURACY, metrics.accuracy());
    Json.number(json, GRADIENT_NORM, metrics.gradientNorm());
    Json.number(json, LEARNING_RATE, metrics.learningRate());
    Json.number(json, MODEL_VERSION, metrics.modelVersion());
    if (metrics.prequential().isPresent()) {
      QualityJson.write(json, metrics.prequential().get());
    }
    if (metrics.served().isPresent()) {
      write(json, metrics.served().get());
    }
    Json.position(json, SOURCE, cost.source());
    Json.text(json, TIMESTAMP, Json.timestamp(cost.timestamp()));
  }

  private static void write(JsonGenerator json, ServedQuality served) throws IOException {
    Json.startObject(json, SERVED);
    Json.number(json, QualityJson.EXAMPLES, served.examples());
    Json.number(json, QualityJson.COST, served.cost());
    Json.optionalNumber(json, QualityJson.ACCURACY, served.accuracy());
    Json.number(json, OLDEST_VERSION, served.oldestVersion());
    Json.number(json, NEWEST_VERSION, served.newestVersion());
    json.writeEndObject();
  }

  private static Optional<ServedQuality> served(JsonNode json) {
    if (!json.has(SERVED.getValue())) {
      return Optional.empty();
    }
    JsonNode served = Json.objectAt(json, SERVED.getValue());
    return Optional.of(
        new ServedQuality(
            Json.int32(served, "examples"),
            Json.number(served, "cost"),
            Json.optionalNumber(served, "accuracy"),
            Json.int64(served, "oldestVersion"),
            Json.int64(served, "newestVersion")));
  }

  /**
   * Reads a record of the costs topic.
   *
   * @throws FormatException when it is not one
   */
  public static BatchCost decode(byte[] bytes) {
    try {
      JsonNode json = Json.read(bytes);
      return new BatchCost(
          Json.text(json, "model"),
          new BatchMetrics(
              Json.int64(json, "batch"),
              Json.int32(json, "examples"),
              Json.int64(json, "totalExamples"),
              Json.number(json, "cost"),
              Json.optionalNumber(json, "accuracy"),
              Json.number(json, "gradientNorm"),
              Json.number(json, "learningRate"),
              Json.int64(json, "modelVersion"),
              QualityJson.read(json),
              served(json)),
          Json.position(json, "source"),
          Json.timestamp(json, "timestamp"));
    } catch (FormatException e) {
      throw new FormatException("Not a cost record: " + e.getMessage(), e);
    }
  }
}
