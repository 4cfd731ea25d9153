package io.millrace.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.learn.BatchCost;
import io.millrace.learn.Lesson;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.OptionalDouble;

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
    if (lesson.accuracy().isPresent()) {
      json.writeNumberField("accuracy", lesson.accuracy().getAsDouble());
    }
    json.writeNumberField("gradientNorm", lesson.gradientNorm());
    json.writeNumberField("learningRate", lesson.learningRate());
    json.writeNumberField("modelVersion", lesson.modelVersion());
    Json.position(json, "source", cost.source());
    json.writeStringField("timestamp", Json.timestamp(cost.timestamp()));
  }

  /**
   * Reads a record of the costs topic.
   *
   * @throws FormatException when it is not one
   */
  public static BatchCost decode(byte[] bytes) {
    JsonNode json = Json.read(bytes);
    try {
      JsonNode accuracy = json.path("accuracy");
      return new BatchCost(
          json.required("model").asText(),
          new Lesson(
              json.required("batch").longValue(),
              json.required("examples").intValue(),
              json.required("totalExamples").longValue(),
              json.required("cost").doubleValue(),
              accuracy.isNumber()
                  ? OptionalDouble.of(accuracy.doubleValue())
                  : OptionalDouble.empty(),
              json.required("gradientNorm").doubleValue(),
              json.required("learningRate").doubleValue(),
              json.required("modelVersion").longValue()),
          Json.position(json.required("source")),
          Instant.parse(json.required("timestamp").asText()));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new FormatException("Not a cost record: " + e.getMessage(), e);
    }
  }
}
