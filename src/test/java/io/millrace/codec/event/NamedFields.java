package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.example.Cycle;
import io.millrace.example.Feature;
import io.millrace.example.Features;
import io.millrace.example.FieldPath;
import io.millrace.example.MiniBatch;
import io.millrace.example.Rejection;
import io.millrace.example.Target;
import io.millrace.nn.Output;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.ejml.data.DMatrixSparseCSC;

/** Short ways to build features and to see what an event becomes. */
final class NamedFields {
  private NamedFields() {}

  static Feature number(String field) {
    return new Feature.Numeric(FieldPath.parse(field), OptionalDouble.empty());
  }

  static Feature number(String field, double missing) {
    return new Feature.Numeric(FieldPath.parse(field), OptionalDouble.of(missing));
  }

  static Feature oneHot(String field, String... values) {
    return new Feature.OneHot(FieldPath.parse(field), List.of(values));
  }

  static Feature hash(String field, int inputs) {
    return new Feature.Hashed(FieldPath.parse(field), inputs);
  }

  static Feature time(String field, String zone, Cycle... cycles) {
    return new Feature.Time(FieldPath.parse(field), List.of(cycles), ZoneId.of(zone));
  }

  static Target plain(String field) {
    return new Target.Plain(FieldPath.parse(field));
  }

  static Target above(String field, double threshold) {
    return new Target.Above(FieldPath.parse(field), threshold);
  }

  static Target classes(String field, String... classes) {
    return new Target.Classes(FieldPath.parse(field), List.of(classes));
  }

  static Features.Named features(Feature... features) {
    return new Features.Named(List.of(features));
  }

  /** A mini-batch of one example that fits, full of what was there before. */
  static MiniBatch memory(Features.Named features, int outputs) {
    int sparse = (int) features.sparseInputs();
    MiniBatch memory = new MiniBatch((int) features.inputs() - sparse, sparse, outputs, 1);
    Arrays.fill(memory.xt().data, -99);
    for (int i = 0; i < sparse; i++) {
      memory.addSparse(i, -99);
    }
    Arrays.fill(memory.yt().data, -99);
    return memory;
  }

  /**
   * Takes the inputs of the example that was just decoded: the dense ones, then the sparse ones,
   * each in the order of the features.
   */
  static double[] takeInputs(MiniBatch memory) {
    memory.append(0, 0);
    DMatrixSparseCSC xs = memory.xs();
    double[] inputs = Arrays.copyOf(memory.xt().data, memory.inputs() + xs.numRows);
    Arrays.fill(inputs, memory.inputs(), inputs.length, 0);
    for (int k = 0; k < xs.nz_length; k++) {
      inputs[memory.inputs() + xs.nz_rows[k]] = xs.nz_values[k];
    }
    memory.clear();
    return inputs;
  }

  /** The inputs and the label of one event, or the reason and the sentence. */
  static String decoded(
      Features.Named features, Target label, Output output, int outputs, String json) {
    MiniBatch memory = memory(features, outputs);
    Rejection rejection =
        new JsonExampleDecoder(features, label, output, outputs)
            .decode(json.getBytes(UTF_8), memory);
    return rejection == null
        ? numbers(takeInputs(memory)) + " -> " + numbers(memory.yt().data)
        : rejection.reason().code() + ": " + rejection.detail();
  }

  private static String numbers(double[] numbers) {
    return Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(" "));
  }
}
