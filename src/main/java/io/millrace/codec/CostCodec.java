package io.millrace.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.learn.BatchCost;
import io.millrace.learn.Lesson;
import io.millrace.learn.ServedQuality;
import java.io.IOException;
import java.util.Optional;

/** The JSON of a record of the costs topic. */
public final class CostCodec {
  private static final String SERVED = "served";

  private CostCodec() {}

  public static byte[] encode(BatchCost cost) {
    return Json.object(json -> write(json, cost));
  }

  private static void write(JsonGenerator json, BatchCost cost) throws IOException {
    Lesson lesson = cost.lesson();
    json.writeStringField("model", cost.model());
    json.writeNumberField("batch", lesson.batch());
    json.writeNumberField("examples", lesson.examples());
    json.writeNumberField("totalExamples", lesson.totalExamples());
    json.writeNumberField("cost", lesson.cost());
    Json.optionalNumber(json, "accuracy", lesson.accuracy());
    json.writeNumberField("gradientNorm", lesson.gradientNorm());
    json.writeNumberField("learningRate", lesson.learningRate());
    json.writeNumberField("modelVersion", lesson.modelVersion());
    if (lesson.prequential().isPresent()) {
      QualityJson.write(json, lesson.prequential().get());
    }
    if (lesson.served().isPresent()) {
      write(json, lesson.served().get());
    }
    Json.position(json, "source", cost.source());
    json.writeStringField("timestamp", Json.timestamp(cost.timestamp()));
  }

  private static void write(JsonGenerator json, ServedQuality served) throws IOException {
    json.writeObjectFieldStart(SERVED);
    json.writeNumberField("examples", served.examples());
    json.writeNumberField("cost", served.cost());
    Json.optionalNumber(json, "accuracy", served.accuracy());
    json.writeNumberField("oldestVersion", served.oldestVersion());
    json.writeNumberField("newestVersion", served.newestVersion());
    json.writeEndObject();
  }

  private static Optional<ServedQuality> served(JsonNode json) {
    if (!json.has(SERVED)) {
      return Optional.empty();
    }
    JsonNode served = Json.objectAt(json, SERVED);
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
          new Lesson(
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
