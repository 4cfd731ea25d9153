package io.millrace.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.learn.BatchCost;
import io.millrace.learn.Lesson;
import java.io.IOException;

/** The JSON of a record of the costs topic. */
public final class CostCodec {
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
    Json.position(json, "source", cost.source());
    json.writeStringField("timestamp", Json.timestamp(cost.timestamp()));
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
              QualityJson.read(json)),
          Json.position(json, "source"),
          Json.timestamp(json, "timestamp"));
    } catch (FormatException e) {
      throw new FormatException("Not a cost record: " + e.getMessage(), e);
    }
  }
}
