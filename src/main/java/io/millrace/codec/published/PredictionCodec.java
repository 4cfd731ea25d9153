package io.millrace.codec.published;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.millrace.example.Target;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of predictions: the numbers as the outputs have them, and where the output classifies
 * the class, as the label names it. With several sigmoid outputs each is a class of its own: the
 * class is an array of 0 and 1.
 */
public final class PredictionCodec {
  private final Output output;
  private final List<String> classes;

  /**
   * The codec of a model's predictions.
   *
   * @param label says what the classes are called
   */
  public PredictionCodec(Output output, Target label) {
    this.output = output;
    this.classes = label instanceof Target.Classes named ? named.classes() : List.of();
  }

  /**
   * A record of the predictions topic.
   *
   * @param snapshot of the model that predicted
   * @param at A2', of which the first row is written. Not modified.
   * @param event to repeat in it, or null
   */
  public byte[] encode(Snapshot snapshot, DMatrixRMaj at, byte @Nullable [] event) {
    return Json.object(
        json -> {
          writeModel(json, snapshot);
          json.writeFieldName("prediction");
          json.writeArray(at.data, 0, at.numCols);
          if (output.classifies()) {
            json.writeFieldName("class");
            writeClass(json, at, 0);
          }
          if (event != null) {
            json.writeFieldName("event");
            writeEvent(json, event);
          }
        });
  }

  /**
   * The answer to several events.
   *
   * @param snapshot of the model that predicted
   * @param at A2', one row an event. Not modified.
   */
  public byte[] encodeAll(Snapshot snapshot, DMatrixRMaj at) {
    return Json.object(
        json -> {
          writeModel(json, snapshot);
          json.writeArrayFieldStart("predictions");
          for (int i = 0; i < at.numRows; i++) {
            json.writeArray(at.data, i * at.numCols, at.numCols);
          }
          json.writeEndArray();
          if (output.classifies()) {
            json.writeArrayFieldStart("classes");
            for (int i = 0; i < at.numRows; i++) {
              writeClass(json, at, i);
            }
            json.writeEndArray();
          }
        });
  }

  private static void writeModel(JsonGenerator json, Snapshot snapshot) throws IOException {
    json.writeStringField("model", snapshot.model());
    json.writeNumberField("modelVersion", snapshot.version());
  }

  private void writeClass(JsonGenerator json, DMatrixRMaj at, int row) throws IOException {
    if (output == Output.SOFTMAX) {
      writeClass(json, Output.mostLikely(at, row));
    } else if (at.numCols == 1) {
      writeClass(json, isMoreLikely(at, row, 0));
    } else {
      json.writeStartArray();
      for (int k = 0; k < at.numCols; k++) {
        json.writeNumber(isMoreLikely(at, row, k));
      }
      json.writeEndArray();
    }
  }

  private void writeClass(JsonGenerator json, int index) throws IOException {
    if (index < classes.size()) {
      json.writeString(classes.get(index));
    } else {
      json.writeNumber(index);
    }
  }

  private static int isMoreLikely(DMatrixRMaj at, int row, int k) {
    return at.unsafe_get(row, k) > 0.5 ? 1 : 0;
  }

  /**
   * Events are read with more patience than JSON has: NaN in a field that is passed over is none of
   * our business. Where an event is not JSON to the letter it is repeated as a text.
   */
  private static void writeEvent(JsonGenerator json, byte[] event) throws IOException {
    String text = new String(event, StandardCharsets.UTF_8);
    if (isJson(event)) {
      json.writeRawValue(text);
    } else {
      json.writeString(text);
    }
  }

  private static boolean isJson(byte[] event) {
    try (JsonParser parser = Json.parser(event)) {
      while (parser.nextToken() != null) {
        // to its end
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
