package io.millrace.codec.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.millrace.codec.FormatException;
import io.millrace.codec.published.OnnxCodec.Precision;
import io.millrace.example.MiniBatch;
import io.millrace.learn.LogPosition;
import io.millrace.learn.Predictor;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import io.millrace.nn.Scaler;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An exported model, run by ONNX Runtime, predicts what Millrace does. */
class OnnxCodecTest {
  private static final int INPUTS = 5;
  private static final int EXAMPLES = 40;
  private static final int SPARSE_INPUTS = 1 << 20;
  private static final int STEP = 20_011;
  private static final String VERSION = "0.1.0-TEST";

  private static Snapshot snapshot(Architecture shape, Optional<Scaler> scaler) {
    return new Snapshot(
        "flights",
        812,
        51_968,
        shape,
        Parameters.random(shape, 3, OptionalDouble.of(1.5)),
        scaler,
        Optional.of(new LogPosition("mini-batches", 0, 811)),
        Optional.empty(),
        Instant.parse("2026-11-23T15:25:42.007Z"));
  }

  private static Scaler scaler() {
    return Scaler.of(
        100, new double[] {0.1, -1e-7, 2000, 0, 3}, new double[] {4, 1e-12, 1e6, 0, 0.5});
  }

  private static Stream<Arguments> models() {
    return Stream.of(Activation.values())
        .flatMap(
            activation ->
                Stream.of(Output.values())
                    .flatMap(
                        output ->
                            Stream.of(1, 3)
                                .filter(outputs -> outputs > 1 || output != Output.SOFTMAX)
                                .map(n2 -> new Architecture(INPUTS, 7, n2, activation, output))))
        .flatMap(shape -> Stream.of(true, false).map(isScaled -> Arguments.of(shape, isScaled)));
  }

  @ParameterizedTest
  @MethodSource("models")
  void shouldPredictTheSameInDoublePrecision(Architecture shape, boolean isScaled)
      throws OrtException {
    Snapshot snapshot = snapshot(shape, isScaled ? Optional.of(scaler()) : Optional.empty());
    double[][] x = examples(isScaled);

    double[][] found = (double[][]) run(snapshot, Precision.FLOAT64, x);

    double[][] expected = expected(snapshot, x);
    for (int i = 0; i < EXAMPLES; i++) {
      for (int k = 0; k < shape.outputs(); k++) {
        double scale = Math.max(1, Math.abs(expected[i][k]));
        assertThat(found[i][k]).isCloseTo(expected[i][k], within(1e-12 * scale));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void shouldPredictTheSameToSixDigitsForFloats(Architecture shape, boolean isScaled)
      throws OrtException {
    Snapshot snapshot = snapshot(shape, isScaled ? Optional.of(scaler()) : Optional.empty());
    float[][] x = new float[EXAMPLES][INPUTS];
    double[][] same = examples(isScaled);
    for (int i = 0; i < EXAMPLES; i++) {
      for (int j = 0; j < INPUTS; j++) {
        x[i][j] = (float) same[i][j];
        same[i][j] = x[i][j];
      }
    }

    float[][] found = (float[][]) run(snapshot, Precision.FLOAT32, x);

    double[][] expected = expected(snapshot, same);
    for (int i = 0; i < EXAMPLES; i++) {
      for (int k = 0; k < shape.outputs(); k++) {
        double scale = Math.max(1, Math.abs(expected[i][k]));
        assertThat((double) found[i][k]).isCloseTo(expected[i][k], within(1e-6 * scale));
      }
    }
  }

  @Test
  void shouldSayWhatItIsAndWhereItCameFrom() throws OrtException {
    Architecture shape = new Architecture(INPUTS, 7, 3, Activation.TANH, Output.SOFTMAX);
    byte[] onnx = OnnxCodec.encode(snapshot(shape, Optional.empty()), Precision.FLOAT64, VERSION);

    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(onnx)) {
      assertThat(session.getInputNames()).containsExactly("features");
      assertThat(session.getOutputNames()).containsExactly("prediction");
      TensorInfo input =
          (TensorInfo) Objects.requireNonNull(session.getInputInfo().get("features")).getInfo();
      assertThat(input.getShape()).containsExactly(-1, INPUTS);
      assertThat(input.getDimensionNames()).containsExactly("N", "");
      assertThat(session.getMetadata().getProducerName()).isEqualTo("Millrace");
      assertThat(session.getMetadata().getVersion()).isEqualTo(812);
      assertThat(session.getMetadata().getCustomMetadata())
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "model", "flights",
                  "version", "812",
                  "examples", "51968",
                  "learnedThrough.topic", "mini-batches",
                  "learnedThrough.partition", "0",
                  "learnedThrough.offset", "811",
                  "activation", "tanh",
                  "output", "softmax",
                  "timestamp", "2026-11-23T15:25:42.007Z",
                  "millrace", VERSION));
    }
  }

  @Test
  void shouldLeaveOutWhatAModelThatLearnedNothingHasNot() throws OrtException {
    Architecture shape = new Architecture(INPUTS, 7, 1, Activation.TANH, Output.SIGMOID);
    Snapshot fresh =
        new Snapshot(
            "flights",
            0,
            0,
            shape,
            Parameters.random(shape, 3, OptionalDouble.empty()),
            Optional.of(Scaler.start(INPUTS)),
            Optional.empty(),
            Optional.empty(),
            Instant.EPOCH);

    byte[] onnx = OnnxCodec.encode(fresh, Precision.FLOAT64, VERSION);

    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(onnx)) {
      assertThat(session.getMetadata().getCustomMetadata().keySet())
          .containsExactlyInAnyOrder(
              "model",
              "version",
              "examples",
              "activation",
              "output",
              "scaler",
              "timestamp",
              "millrace");
    }
    double[][] x = examples(false);
    double[][] found = (double[][]) run(fresh, Precision.FLOAT64, x);
    assertThat(found[7][0]).isCloseTo(expected(fresh, x)[7][0], within(1e-12));
  }

  @ParameterizedTest
  @MethodSource("models")
  void shouldReadBackToTheBit(Architecture shape, boolean isScaled) {
    Snapshot snapshot = snapshot(shape, isScaled ? Optional.of(scaler()) : Optional.empty());
    for (Precision precision : Precision.values()) {
      byte[] onnx = OnnxCodec.encode(snapshot, precision, VERSION);

      assertThat(OnnxCodec.isOnnx(onnx)).isTrue();
      // where it was learned is of no use to who starts from it
      assertThat(
              SnapshotCodec.differences(
                  SnapshotCodec.encode(OnnxCodec.decode(onnx)), SnapshotCodec.encode(snapshot)))
          .containsExactly("learnedThrough");
    }
  }

  @Test
  void shouldRefuseOtherFiles() {
    Architecture shape = new Architecture(INPUTS, 7, 1, Activation.TANH, Output.SIGMOID);
    byte[] onnx = OnnxCodec.encode(snapshot(shape, Optional.empty()), Precision.FLOAT64, VERSION);
    assertThat(OnnxCodec.isOnnx("{}".getBytes(StandardCharsets.UTF_8))).isFalse();
    for (int length = 0; length < onnx.length; length++) {
      byte[] cut = Arrays.copyOf(onnx, length);
      assertThatThrownBy(() -> OnnxCodec.decode(cut)).isInstanceOf(FormatException.class);
    }
  }

  private static Object run(Snapshot snapshot, Precision precision, Object x) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    byte[] onnx = OnnxCodec.encode(snapshot, precision, VERSION);
    try (OrtSession session = environment.createSession(onnx);
        OnnxTensor features = OnnxTensor.createTensor(environment, x);
        OrtSession.Result result = session.run(Map.of("features", features))) {
      OnnxValue prediction = result.get("prediction").orElseThrow();
      return prediction.getValue();
    }
  }

  private static double[][] expected(Snapshot snapshot, double[][] x) {
    DMatrixRMaj predictions = new Predictor(snapshot).predict(new DMatrixRMaj(x));
    int outputs = predictions.numCols;
    return Stream.iterate(0, i -> i + 1)
        .limit(x.length)
        .map(i -> Arrays.copyOfRange(predictions.data, i * outputs, (i + 1) * outputs))
        .toArray(double[][]::new);
  }

  /** Around the means of the scaler, or around zero; the last ones far away. */
  private static double[][] examples(boolean isScaled) {
    SplittableRandom random = new SplittableRandom(11);
    List<Double> means = Arrays.stream(scaler().mean()).boxed().toList();
    double[] deviations = scaler().deviation();
    double[][] x = new double[EXAMPLES][INPUTS];
    for (int i = 0; i < EXAMPLES; i++) {
      double spread = i < EXAMPLES - 3 ? 1 : 1000;
      for (int j = 0; j < INPUTS; j++) {
        double z = spread * (random.nextDouble() * 4 - 2);
        x[i][j] = isScaled ? means.get(j) + deviations[j] * z : z;
      }
    }
    return x;
  }

  private static Stream<Arguments> sparseModels() {
    return Stream.of(0, INPUTS)
        .flatMap(
            dense ->
                Stream.of(0, 1, 40).flatMap(
                    rows -> Stream.of(Precision.values()).map(p -> Arguments.of(dense, rows, p))));
  }

  @ParameterizedTest
  @MethodSource("sparseModels")
  void shouldTakeRowsAndValuesOfSparseInputs(int dense, int rows, Precision precision)
      throws OrtException {
    Snapshot snapshot = sparse(dense, rows);
    SplittableRandom random = new SplittableRandom(rows);
    MiniBatch batch = new MiniBatch(dense, SPARSE_INPUTS, 1, EXAMPLES);
    double[][] x = new double[EXAMPLES][dense];
    long[][] inputs = new long[EXAMPLES][3];
    double[][] values = new double[EXAMPLES][3];
    for (int i = 0; i < EXAMPLES; i++) {
      for (int j = 0; j < dense; j++) {
        x[i][j] = random.nextInt(-8, 8) / 4.0; // floats hold it
        batch.xt().data[i * dense + j] = x[i][j];
      }
      for (int k = 0; k < i % 4; k++) {
        inputs[i][k] = random.nextBoolean() ? STEP * random.nextInt(50) : random.nextInt(1 << 20);
        values[i][k] = random.nextBoolean() ? -1 : 0.5;
        batch.addSparse((int) inputs[i][k], values[i][k]);
      }
      batch.append(0, i);
    }
    DMatrixRMaj expected = new Predictor(snapshot).predict(batch.xt(), batch.xs());

    double[] found = run(snapshot, precision, x, inputs, values);

    double digits = precision == Precision.FLOAT64 ? 1e-12 : 1e-6;
    for (int i = 0; i < EXAMPLES; i++) {
      assertThat(found[i]).isCloseTo(expected.get(i, 0), within(digits));
    }
    assertThat(
            SnapshotCodec.differences(
                SnapshotCodec.encode(
                    OnnxCodec.decode(OnnxCodec.encode(snapshot, precision, VERSION))),
                SnapshotCodec.encode(snapshot)))
        .isEmpty();
  }

  /** A model of 2^20 sparse inputs, so many of which have been learned. */
  private static Snapshot sparse(int dense, int count) {
    Architecture shape =
        new Architecture(dense, SPARSE_INPUTS, 7, 1, Activation.TANH, Output.SIGMOID);
    Parameters random = Parameters.random(shape, 2, 3, OptionalDouble.of(0.5));
    SplittableRandom weights = new SplittableRandom(7);
    int[] rows = IntStream.range(0, count).map(i -> STEP * i).toArray();
    double[][] w1s =
        Stream.generate(() -> weights.doubles(7, -1, 1).toArray())
            .limit(count)
            .toArray(double[][]::new);
    return new Snapshot(
        "m",
        0,
        0,
        shape,
        Parameters.of(
            random.w1(),
            random.b1Array(),
            random.w2(),
            random.b2Array(),
            SPARSE_INPUTS,
            rows,
            w1s),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH);
  }

  private static double[] run(
      Snapshot snapshot, Precision precision, double[][] x, long[][] rows, double[][] values)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    boolean isFloat = precision == Precision.FLOAT32;
    Map<String, OnnxTensor> inputs = new HashMap<>();
    if (x[0].length > 0) {
      inputs.put("features", OnnxTensor.createTensor(environment, isFloat ? floats(x) : x));
    }
    inputs.put("rows", OnnxTensor.createTensor(environment, rows));
    inputs.put("values", OnnxTensor.createTensor(environment, isFloat ? floats(values) : values));
    byte[] onnx = OnnxCodec.encode(snapshot, precision, VERSION);
    try (OrtSession session = environment.createSession(onnx);
        OrtSession.Result result = session.run(inputs)) {
      Object prediction = result.get("prediction").orElseThrow().getValue();
      return isFloat
          ? Arrays.stream((float[][]) prediction).mapToDouble(row -> row[0]).toArray()
          : Arrays.stream((double[][]) prediction).mapToDouble(row -> row[0]).toArray();
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static float[][] floats(double[][] numbers) {
    float[][] floats = new float[numbers.length][numbers[0].length];
    for (int i = 0; i < numbers.length; i++) {
      for (int j = 0; j < numbers[i].length; j++) {
        floats[i][j] = (float) numbers[i][j];
      }
    }
    return floats;
  }
}
