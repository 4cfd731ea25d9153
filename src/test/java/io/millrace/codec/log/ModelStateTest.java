package io.millrace.codec.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.FormatException;
import io.millrace.example.MiniBatch;
import io.millrace.learn.Batches;
import io.millrace.learn.Learner;
import io.millrace.learn.Model;
import io.millrace.learn.Training;
import io.millrace.learn.quality.Evaluation;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import io.millrace.nn.Scaler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole state of a model as bytes: optimisers and scalers included. */
class ModelStateTest {
  private static final Architecture SHAPE =
      new Architecture(2, 2, 1, Activation.LEAKY_RELU, Output.IDENTITY);

  private static final int VERSION_AT = 4;
  private static final int CHECKSUM = Integer.BYTES;

  /** W1' row by row, b1, W2', b2: in the order of the bytes. */
  private static final double[] NUMBERS = {1, -0.5, 2.25, 1e-300, 0.1, -6, 7, 8, -9e99};

  /**
   * A model of version 812 and its bytes, which were written by another program from the
   * description of the format; they must be read for ever.
   */
  private record Golden(String file, OptimizerKind optimizer, long steps, boolean scaled) {
    Model model() {
      Parameters parameters = numbers(1);
      List<Parameters> state =
          IntStream.range(0, optimizer.arrays()).mapToObj(k -> numbers((k + 1) / 8.0)).toList();
      return new Model(
          SHAPE,
          parameters,
          optimizer.resume(steps, state),
          scaled
              ? Optional.of(
                  Scaler.resume(51968, new double[] {0.1, -1e6}, new double[] {51968, 3e-300}))
              : Optional.empty(),
          812,
          51968,
          811);
    }

    byte[] bytes() throws IOException {
      try (InputStream in = Golden.class.getResourceAsStream("/golden/" + file)) {
        String hex = new String(Objects.requireNonNull(in, file).readAllBytes(), US_ASCII);
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
      }
    }
  }

  static List<Golden> goldens() {
    return List.of(
        new Golden("model-sgd.hex", OptimizerKind.SGD, 0, false),
        new Golden("model-momentum.hex", OptimizerKind.MOMENTUM, 0, false),
        new Golden("model-adagrad.hex", OptimizerKind.ADAGRAD, 0, false),
        new Golden("model-adam.hex", OptimizerKind.ADAM, 640, false),
        new Golden("model-sgd-scaled.hex", OptimizerKind.SGD, 0, true),
        new Golden("model-adam-scaled.hex", OptimizerKind.ADAM, 640, true));
  }

  private static Parameters numbers(double factor) {
    Parameters parameters = Parameters.zeros(SHAPE);
    int next = 0;
    for (DMatrixRMaj matrix : parameters.matrices()) {
      for (int i = 0; i < matrix.getNumElements(); i++) {
        matrix.data[i] = factor * NUMBERS[next++];
      }
    }
    return parameters;
  }

  /** What comes before the evaluation is as in version 1. */
  @ParameterizedTest
  @MethodSource("goldens")
  void shouldWriteTheGoldenBytesAndTheEvaluation(Golden golden) throws IOException {
    byte[] first = golden.bytes();
    byte[] bytes = ModelCodec.encode(golden.model());
    first[VERSION_AT] = 2;

    assertThat(Arrays.copyOf(bytes, first.length - CHECKSUM))
        .isEqualTo(Arrays.copyOf(first, first.length - CHECKSUM));
    assertThat(bytes.length).isBetween(first.length, first.length + 200);
  }

  static List<String> evaluated() {
    return List.of("model-2-sigmoid.hex", "model-2-softmax.hex", "model-2-identity.hex");
  }

  /** Models of version 2 that have learned, and been evaluated, as that version wrote them. */
  @ParameterizedTest
  @MethodSource("evaluated")
  void shouldReadAndWriteTheGoldenBytesOfEvaluatedModels(String file) {
    byte[] bytes = io.millrace.testing.Golden.bytes(file);

    Model model = ModelCodec.decode(bytes);

    assertThat(model.version()).isEqualTo(40);
    assertThat(model.evaluation().examples()).isEqualTo(model.examples()).isEqualTo(40 * 5);
    assertThat(model.evaluation().window()).isEqualTo(20);
    assertThat(ModelCodec.encode(model)).isEqualTo(bytes);
    assertThat(ModelCodec.encode(model.copy())).isEqualTo(bytes);
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= (byte) (1 << at % Byte.SIZE);
      assertRefused(damaged);
      assertRefused(sealed(Arrays.copyOf(bytes, at)));
    }
    assertRefused(sealed(Arrays.copyOf(bytes, bytes.length + 1)));
  }

  private static byte[] sealed(byte[] bytes) {
    if (bytes.length > CHECKSUM) {
      CRC32C crc = new CRC32C();
      crc.update(bytes, 0, bytes.length - CHECKSUM);
      ByteBuffer.wrap(bytes)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(bytes.length - CHECKSUM, (int) crc.getValue());
    }
    return bytes;
  }

  /** Whatever the numbers are, what is read can be written again, or is refused. */
  @ParameterizedTest
  @MethodSource("evaluated")
  void shouldReadOrRefuseAnySealedEvaluation(String file) {
    byte[] bytes = io.millrace.testing.Golden.bytes(file);
    Random random = new Random(1);
    for (int i = 0; i < 5_000; i++) {
      byte[] changed = bytes.clone();
      int at = 8 + random.nextInt(bytes.length - 8 - CHECKSUM);
      changed[at] = (byte) random.nextInt();
      try {
        Model model = ModelCodec.decode(sealed(changed));
        assertThat(ModelCodec.encode(model)).isNotEmpty();
      } catch (FormatException e) {
        assertThat(e).hasMessageStartingWith("A model that cannot be: ");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldReadTheGoldenBytes(Golden golden) throws IOException {
    Model model = ModelCodec.decode(golden.bytes());

    assertThat(model.architecture()).isEqualTo(SHAPE);
    assertThat(model.version()).isEqualTo(812);
    assertThat(model.examples()).isEqualTo(51968);
    assertThat(model.learnedThrough()).isEqualTo(811);
    assertThat(model.optimizer().kind()).isEqualTo(golden.optimizer);
    assertThat(model.optimizer().steps()).isEqualTo(golden.steps);
    assertThat(model.scaler().isPresent()).isEqualTo(golden.scaled);
    assertThat(model.evaluation().examples()).isZero();
    assertThat(ModelCodec.encode(model)).isEqualTo(ModelCodec.encode(golden.model()));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldRefuseEveryDamagedByteAndEveryLength(Golden golden) throws IOException {
    byte[] bytes = golden.bytes();
    for (int at = 0; at < bytes.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << bit);
        assertRefused(damaged);
      }
      assertRefused(Arrays.copyOf(bytes, at));
    }
    assertRefused(Arrays.copyOf(bytes, bytes.length + 1));
  }

  private static void assertRefused(byte[] bytes) {
    assertThatExceptionOfType(FormatException.class).isThrownBy(() -> ModelCodec.decode(bytes));
  }

  /** A right checksum does not make a model of what is none. */
  @Test
  void shouldRefuseASealedModelThatCannotBe() {
    Model model = Model.start(SHAPE, numbers(1), OptimizerKind.MOMENTUM, true);
    assertThat(refusal(model, body -> body.putInt(8, -1)))
        .isEqualTo("A model that cannot be: inputs must be at least 1. Got: -1");
    assertThat(refusal(model, body -> body.putInt(8, Integer.MAX_VALUE)))
        .startsWith("A model that cannot be: 2147483647 inputs");
    assertThat(refusal(model, body -> body.putInt(28, 4)))
        .isEqualTo("A model that cannot be: optimiser 4");
    assertThat(refusal(model, body -> body.putInt(28, 3))).startsWith("A model that cannot be: ");
    assertThat(refusal(model, body -> body.putInt(32, 2)))
        .isEqualTo("A model that cannot be: scaling 2");
    assertThat(refusal(model, body -> body.putLong(60, 5)))
        .isEqualTo("A model that cannot be: momentum cannot have made 5 steps");
    assertThat(refusal(model, body -> body.putDouble(68, Double.NaN)))
        .isEqualTo("A model that cannot be: a number that is not finite");
    assertThat(refusal(model, body -> body.putDouble(252 - Double.BYTES, -1)))
        .startsWith("A model that cannot be: scaler: expected a finite mean");
  }

  private static String refusal(Model model, Consumer<ByteBuffer> change) {
    byte[] bytes = ModelCodec.encode(model);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    change.accept(buffer);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - Integer.BYTES);
    buffer.putInt(bytes.length - Integer.BYTES, (int) crc.getValue());
    try {
      ModelCodec.decode(bytes);
    } catch (FormatException e) {
      return String.valueOf(e.getMessage());
    }
    return "read";
  }

  private record Kind(
      OptimizerKind optimizer, boolean scaled, Output output, int outputs, int sparseInputs) {}

  static List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    for (OptimizerKind optimizer : OptimizerKind.values()) {
      kinds.add(new Kind(optimizer, false, Output.SIGMOID, 2, 0));
      kinds.add(new Kind(optimizer, true, Output.SIGMOID, 1, 0));
      kinds.add(new Kind(optimizer, false, Output.SOFTMAX, 3, 0));
      kinds.add(new Kind(optimizer, true, Output.IDENTITY, 2, 0));
      kinds.add(new Kind(optimizer, false, Output.SOFTMAX, 3, 40));
      kinds.add(new Kind(optimizer, true, Output.SIGMOID, 1, 5_000));
    }
    return kinds;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void shouldGoOnToTheBitFromItsBytes(Kind kind) {
    Architecture shape =
        new Architecture(3, kind.sparseInputs, 4, kind.outputs, Activation.TANH, kind.output);
    Parameters start = Parameters.random(shape, 1, OptionalDouble.empty());
    Learner uninterrupted = learner(Model.start(shape, start, kind.optimizer, kind.scaled));
    Learner restarted = learner(uninterrupted.model().copy());
    Random random = new Random(4);

    for (int number = 0; number < 60; number++) {
      int m = 1 + random.nextInt(9);
      MiniBatch batch =
          kind.sparseInputs > 0
              ? Batches.sparse(shape, m, random)
              : Batches.random(shape, m, random);
      if (number % 7 == 3) {
        restarted = learner(ModelCodec.decode(ModelCodec.encode(restarted.model())));
      }
      assertThat(restarted.learn(batch, number)).isEqualTo(uninterrupted.learn(batch, number));
    }

    assertThat(ModelCodec.encode(restarted.model()))
        .isEqualTo(ModelCodec.encode(uninterrupted.model()));
  }

  /** A model with sparse inputs, byte for byte as the description has it. */
  @Test
  void shouldHaveSparseRowsWhereTheDescriptionHasThem() {
    Architecture shape = new Architecture(1, 9, 2, 1, Activation.RELU, Output.SIGMOID);
    Model model = sparseModel(shape);
    ByteBuffer expected = ByteBuffer.allocate(300).order(ByteOrder.LITTLE_ENDIAN);
    expected.put("MRMD".getBytes(US_ASCII)).putInt(3);
    expected.putInt(1).putInt(2).putInt(1); // nd, n1, n2
    expected.putInt(2).putInt(0).putInt(2).putInt(0); // relu, sigmoid, adagrad, not scaled
    expected.putInt(9);
    expected.putLong(5).putLong(10).putLong(4).putLong(0);
    for (double number : new double[] {1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0}) {
      expected.putDouble(number);
    }
    expected.putInt(2);
    expected.putInt(7).putDouble(10).putDouble(11).putDouble(12).putDouble(13);
    expected.putInt(0).putDouble(20).putDouble(21).putDouble(0).putDouble(0);
    expected.putInt(Evaluation.DEFAULT_WINDOW); // and so on
    byte[] prefix = Arrays.copyOf(expected.array(), expected.position());

    byte[] bytes = ModelCodec.encode(model);

    assertThat(bytes).startsWith(prefix);
    assertThat(ModelCodec.encode(ModelCodec.decode(bytes))).isEqualTo(bytes);
    assertThat(ModelCodec.decode(bytes).architecture()).isEqualTo(shape);
    int rows = prefix.length - 2 * (4 + 4 * 8) - 8;
    assertThat(refusal(model, body -> body.putInt(rows, 1 << 20)))
        .startsWith("A model that cannot be: 1048576 sparse rows where ");
    assertThat(refusal(model, body -> body.putInt(rows, -1)))
        .startsWith("A model that cannot be: -1 sparse rows where ");
    assertThat(refusal(model, body -> body.putInt(rows + 4, 9)))
        .isEqualTo(
            "A model that cannot be: sparse rows: expected different ones from 0 to below 9,"
                + " found 9");
    assertThat(refusal(model, body -> body.putInt(rows + 4, 0)))
        .endsWith("expected different ones from 0 to below 9, found 0");
    assertThat(refusal(model, body -> body.putDouble(rows + 8, Double.NaN)))
        .isEqualTo("A model that cannot be: sparse row 7: expected finite numbers");
    assertThat(refusal(model, body -> body.putInt(36, -2)))
        .isEqualTo("A model that cannot be: sparse inputs must be at least 0. Got: -2");
  }

  private static Model sparseModel(Architecture shape) {
    Parameters parameters =
        Parameters.of(
            new double[][] {{1}, {2}},
            new double[] {3, 4},
            new double[][] {{5, 6}},
            new double[] {7},
            9,
            new int[0],
            new double[0][]);
    parameters.sparse().keep(1);
    parameters.sparse().add(7, new double[] {10, 11, 12, 13});
    parameters.sparse().add(0, new double[] {20, 21});
    return new Model(
        shape, parameters, OptimizerKind.ADAGRAD.start(shape), Optional.empty(), 5, 10, 4);
  }

  /** A model with sparse inputs that has learned, as version 3 wrote it. */
  @Test
  void shouldReadAndWriteTheGoldenBytesOfAModelWithSparseInputs() {
    byte[] bytes = io.millrace.testing.Golden.bytes("model-3-adam.hex");

    Model model = ModelCodec.decode(bytes);

    assertThat(model.version()).isEqualTo(40);
    assertThat(model.architecture().sparseInputs()).isEqualTo(1000);
    assertThat(model.parameters().sparse().count()).isPositive();
    assertThat(model.optimizer().steps()).isEqualTo(40);
    assertThat(ModelCodec.encode(model)).isEqualTo(bytes);
    assertThat(ModelCodec.encode(model.copy())).isEqualTo(bytes);
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= (byte) (1 << at % Byte.SIZE);
      assertRefused(damaged);
      assertRefused(sealed(Arrays.copyOf(bytes, at)));
    }
    Random random = new Random(1);
    for (int i = 0; i < 5_000; i++) {
      byte[] changed = bytes.clone();
      changed[8 + random.nextInt(bytes.length - 8 - CHECKSUM)] = (byte) random.nextInt();
      try {
        assertThat(ModelCodec.encode(ModelCodec.decode(sealed(changed)))).isNotEmpty();
      } catch (FormatException e) {
        assertThat(e).hasMessageStartingWith("A model that cannot be: ");
      }
    }
  }

  private static Learner learner(Model model) {
    return new Learner(
        model, new Training(updates -> 0.05 / (1 + 0.01 * updates), 0.001, OptionalDouble.of(1)));
  }
}
