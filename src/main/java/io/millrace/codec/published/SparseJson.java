package io.millrace.codec.published;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.codec.FormatException;
import io.millrace.nn.Architecture;
import io.millrace.nn.SparseRows;
import java.io.IOException;
import java.util.Locale;
import java.util.stream.IntStream;

/** The rows of sparse inputs in the JSON of a snapshot. */
final class SparseJson {
  private SparseJson() {}

  /** Writes the fields, the rows ascending: in whichever order the model came to know them. */
  static void write(JsonGenerator json, SparseRows rows) throws IOException {
    // row << 32 | slot
    long[] order =
        IntStream.range(0, rows.count())
            .mapToLong(slot -> (long) rows.row(slot) << Integer.SIZE | slot)
            .sorted()
            .toArray();
    json.writeNumberField("inputs", rows.inputs());
    json.writeArrayFieldStart("rows");
    for (long each : order) {
      json.writeNumber((int) (each >>> Integer.SIZE));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("W1");
    double[] numbers = new double[rows.hidden()];
    for (long each : order) {
      rows.read((int) each, numbers);
      json.writeArray(numbers, 0, numbers.length);
    }
    json.writeEndArray();
  }

  /** ns, at least 1. */
  static int inputs(JsonNode json) {
    int inputs = Json.int32(json, "inputs");
    if (inputs < 1 || inputs > Architecture.MOST_SPARSE_INPUTS) {
      throw new FormatException(
          String.format(
              Locale.ROOT,
              "sparse.inputs: expected 1 to %d, got %d",
              Architecture.MOST_SPARSE_INPUTS,
              inputs));
    }
    return inputs;
  }

  static int[] rows(JsonNode json) {
    double[] numbers = SnapshotCodec.numbers(json.path("rows"), "sparse.rows");
    int[] rows = new int[numbers.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (int) numbers[i];
      if (rows[i] != numbers[i]) {
        throw new FormatException(
            String.format(
                Locale.ROOT, "sparse.rows[%d]: expected a whole number, got %s", i, numbers[i]));
      }
    }
    return rows;
  }
}
