package io.millrace.codec.published;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.codec.FormatException;
import io.millrace.learn.Rollback;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.HasText;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The JSON of a snapshot, {@code millrace-snapshot/1}, and of parameters alone. {@code inputs} and
 * {@code W1} are those of the dense inputs; of sparse ones it has the rows that exist, ascending:
 * {@code "sparse":{"inputs":262144,"rows":[3,17],"W1":[[n1 numbers],[n1 numbers]]}}.
 */
public final class SnapshotCodec {
  private static final String FORMAT = "millrace-snapshot/1";

  /** The fields that not every snapshot has. */
  private static final List<String> OPTIONAL =
      List.of("sparse", "scaler", "learnedThrough", "kernel", "rollback", "application");

  private static final SerializableString LEARNED_THROUGH = Json.name("learnedThrough");

  /** The longest a double is in JSON, {@code -1.2345678901234567E-300}, and its comma. */
  private static final int NUMBER = 25;

  /** The longest that a row's number is, and its comma; and the brackets of the row. */
  private static final int ROW = 14;

  /** The longest a character is in JSON: a control character. */
  private static final int ESCAPED = 6;

  /**
   * More than enough for the field names, the counters, the time, the names of the topic and the
   * application.
   */
  private static final int FIXED = 2048;

  private SnapshotCodec() {}

  /**
   * The most bytes that a snapshot of a model of this name and shape can have, when all of its
   * sparse inputs have been seen.
   */
  public static long maxEncodedSize(String model, Architecture shape, boolean isScaled) {
    long brackets = 4 * ((long) shape.hidden() + shape.outputs());
    long statistics = isScaled ? 2L * shape.inputs() : 0;
    return FIXED
        + (long) ESCAPED * model.length()
        + brackets
        + NUMBER * (shape.parameterCount() + statistics)
        + shape.sparseInputs() * (ROW + (long) NUMBER * shape.hidden());
  }

  public static byte[] encode(Snapshot snapshot) {
    return Json.object(json -> write(json, snapshot));
  }

  private static void write(JsonGenerator json, Snapshot snapshot) throws IOException {
    Architecture shape = snapshot.architecture();
    Parameters parameters = snapshot.parameters();
    json.writeStringField("format", FORMAT);
    json.writeStringField("model", snapshot.model());
    json.writeNumberField("version", snapshot.version());
    json.writeNumberField("examples", snapshot.examples());
    json.writeNumberField("inputs", shape.inputs());
    json.writeNumberField("hidden", shape.hidden());
    json.writeNumberField("outputs", shape.outputs());
    json.writeStringField("activation", shape.activation().text());
    json.writeStringField("output", shape.output().text());
    Json.rows(json, "W1", parameters.w1());
    Json.numbers(json, "b1", parameters.b1Array());
    Json.rows(json, "W2", parameters.w2());
    Json.numbers(json, "b2", parameters.b2Array());
    if (shape.sparseInputs() > 0) {
      json.writeObjectFieldStart("sparse");
      SparseJson.write(json, parameters.sparse());
      json.writeEndObject();
    }
    if (snapshot.scaler().isPresent()) {
      json.writeObjectFieldStart("scaler");
      ScalerJson.write(json, snapshot.scaler().get());
      json.writeEndObject();
    }
    if (snapshot.learnedThrough().isPresent()) {
      Json.position(json, LEARNED_THROUGH, snapshot.learnedThrough().get());
    }
    if (snapshot.kernel().isPresent()) {
      json.writeStringField("kernel", snapshot.kernel().get());
    }
    if (snapshot.rollback().isPresent()) {
      json.writeObjectFieldStart("rollback");
      json.writeNumberField("version", snapshot.rollback().get().version());
      json.writeNumberField("to", snapshot.rollback().get().to());
      json.writeEndObject();
    }
    if (snapshot.application().isPresent()) {
      json.writeStringField("application", snapshot.application().get());
    }
    json.writeStringField("timestamp", Json.timestamp(snapshot.timestamp()));
  }

  /**
   * The fields in which one snapshot is not, to the last bit, what another one is; the time when
   * they were taken is none of them, and neither is a field that this version does not know.
   *
   * @param one as this version writes it
   */
  public static List<String> differences(byte[] one, byte[] other) {
    JsonNode written = Json.read(one);
    JsonNode found = Json.read(other);
    Stream<String> fields = written.properties().stream().map(Map.Entry::getKey);
    return Stream.concat(fields, OPTIONAL.stream())
        .distinct()
        .filter(field -> !field.equals("timestamp"))
        .filter(field -> !written.path(field).equals(found.path(field)))
        .toList();
  }

  /** Whether the JSON says that it is a snapshot, of whatever version. */
  public static boolean isSnapshot(byte[] bytes) {
    return Json.read(bytes).has("format");
  }

  /**
   * Reads a snapshot.
   *
   * @throws FormatException when it is not one, or does not hold together
   */
  public static Snapshot decode(byte[] bytes) {
    try {
      JsonNode json = Json.read(bytes);
      if (!json.path("format").asText().equals(FORMAT)) {
        throw Json.unexpected("format", FORMAT, json.path("format"));
      }
      Parameters parameters = parameters(json, 0);
      Architecture shape =
          new Architecture(
              Json.int32(json, "inputs"),
              parameters.sparse().inputs(),
              Json.int32(json, "hidden"),
              Json.int32(json, "outputs"),
              named(json, "activation", Activation.values()),
              named(json, "output", Output.values()));
      return new Snapshot(
          Json.text(json, "model"),
          Json.int64(json, "version"),
          Json.int64(json, "examples"),
          shape,
          fitting(shape, parameters),
          json.has("scaler")
              ? Optional.of(ScalerJson.read(json.get("scaler"), shape.inputs()))
              : Optional.empty(),
          json.has("learnedThrough")
              ? Optional.of(Json.position(json, "learnedThrough"))
              : Optional.empty(),
          json.has("kernel") ? Optional.of(Json.text(json, "kernel")) : Optional.empty(),
          json.has("rollback")
              ? Optional.of(rollback(Json.objectAt(json, "rollback")))
              : Optional.empty(),
          json.path("application").isTextual()
              ? Optional.of(Json.text(json, "application"))
              : Optional.empty(),
          Json.timestamp(json, "timestamp"));
    } catch (FormatException | IllegalArgumentException e) {
      throw new FormatException("Not a snapshot: " + e.getMessage(), e);
    }
  }

  /**
   * Reads {@code {"W1":[[...],...],"b1":[...],"W2":[[...],...],"b2":[...]}}, where there are sparse
   * inputs with rows {@code "sparse"} too, other fields ignored.
   *
   * @param sparseInputs how many there are where {@code "sparse"} is absent: none has a row then
   * @throws FormatException when one is absent or of another shape
   */
  public static Parameters decodeParameters(byte[] bytes, int sparseInputs) {
    try {
      return parameters(Json.read(bytes), sparseInputs);
    } catch (FormatException | IllegalArgumentException e) {
      throw new FormatException("Not the parameters of a model: " + e.getMessage(), e);
    }
  }

  private static Parameters parameters(JsonNode json, int sparseInputs) {
    double[][] w1 = rows(json.path("W1"), "W1");
    double[] b1 = numbers(json.path("b1"), "b1");
    double[][] w2 = rows(json.path("W2"), "W2");
    double[] b2 = numbers(json.path("b2"), "b2");
    if (!json.has("sparse")) {
      return Parameters.of(w1, b1, w2, b2, sparseInputs, new int[0], new double[0][]);
    }
    JsonNode sparse = Json.objectAt(json, "sparse");
    return Parameters.of(
        w1,
        b1,
        w2,
        b2,
        SparseJson.inputs(sparse),
        SparseJson.rows(sparse),
        rows(sparse.path("W1"), "sparse.W1"));
  }

  private static Parameters fitting(Architecture shape, Parameters parameters) {
    if (parameters.inputs() != shape.inputs()
        || parameters.hidden() != shape.hidden()
        || parameters.outputs() != shape.outputs()) {
      throw new FormatException(
          String.format(
              Locale.ROOT,
              "Expected parameters of %d inputs, %d hidden, %d outputs, found %d, %d, %d",
              shape.inputs(),
              shape.hidden(),
              shape.outputs(),
              parameters.inputs(),
              parameters.hidden(),
              parameters.outputs()));
    }
    return parameters;
  }

  private static Rollback rollback(JsonNode json) {
    return new Rollback(Json.int64(json, "version"), Json.int64(json, "to"));
  }

  private static double[][] rows(JsonNode json, String field) {
    requireArray(json, field);
    double[][] rows = new double[json.size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = numbers(json.get(i), String.format(Locale.ROOT, "%s[%d]", field, i));
    }
    return rows;
  }

  static double[] numbers(JsonNode json, String field) {
    requireArray(json, field);
    double[] numbers = new double[json.size()];
    for (int i = 0; i < numbers.length; i++) {
      JsonNode number = json.get(i);
      if (!number.isNumber() || !Double.isFinite(number.doubleValue())) {
        throw Json.unexpected(
            String.format(Locale.ROOT, "%s[%d]", field, i), "a finite number", number);
      }
      numbers[i] = number.doubleValue();
    }
    return numbers;
  }

  private static void requireArray(JsonNode json, String field) {
    if (!json.isArray()) {
      throw Json.unexpected(field, "an array", json);
    }
  }

  private static <E extends HasText> E named(JsonNode json, String field, E[] constants) {
    return HasText.find(constants, Json.text(json, field))
        .orElseThrow(() -> Json.unexpected(field, HasText.choices(constants), json.path(field)));
  }
}
