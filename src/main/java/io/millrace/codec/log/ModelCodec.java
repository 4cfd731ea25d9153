package io.millrace.codec.log;

import io.millrace.codec.FormatException;
import io.millrace.learn.Model;
import io.millrace.learn.quality.Evaluation;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Optimizer;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import io.millrace.nn.Scaler;
import io.millrace.nn.SparseRows;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;

/**
 * The bytes of a model as the training task keeps it.
 *
 * <pre>
 *   frame    magic "MRMD", version 2, or 3
 *   int32    n0, n1, n2; n0 is nd, the dense inputs
 *   int32    activation: 0 tanh, 1 sigmoid, 2 relu, 3 leaky-relu
 *   int32    output: 0 sigmoid, 1 softmax, 2 identity
 *   int32    optimiser: 0 sgd, 1 momentum, 2 adagrad, 3 adam
 *   int32    scaling: 0 none, 1 standard
 *   version 3, written where there are sparse inputs:
 *   int32    ns
 *   int64    version: the updates in it
 *   int64    examples in it
 *   int64    offset of the last mini-batch in it, -1 for none
 *   int64    steps of the optimiser, where its rule depends on them, else 0
 *   float64  W1d column by column, b1, W2 column by column, b2
 *   float64  the optimiser's arrays, each in the same order:
 *            momentum: V;  adagrad: G;  adam: M, then V
 *   with scaling:
 *   int64    examples in the statistics
 *   float64  n0 means
 *   float64  n0 sums of squared deviations from the mean
 *   version 3:
 *   int32    the rows of W1s' that exist, and for each of them, in the order of their coming
 *   int32      the row
 *   float64    n1 weights, then the optimiser's arrays, n1 numbers each
 *   int32    the length of the evaluation's window
 *   ...      the state of the evaluation, see {@link Evaluation#write} and {@link StateWriter}
 * </pre>
 *
 * All numbers are finite, as those of a model always are. Version 1, which is still read, ended
 * before the evaluation: it begins.
 */
public final class ModelCodec {
  private static final int VERSION_WITHOUT_EVALUATION = 1;
  private static final int VERSION = 2;
  private static final int VERSION_WITH_SPARSE = 3;
  private static final Frame FRAME =
      new Frame("model", "MRMD", VERSION_WITHOUT_EVALUATION, VERSION_WITH_SPARSE);

  /** The codes of scaling. */
  private static final int NONE = 0;

  private static final int STANDARD = 1;

  private static final int FIXED = 7 * Integer.BYTES + 4 * Long.BYTES;

  /** What a damaged length must not cost more memory than. */
  private static final int LONGEST_WINDOW = 1 << 20;

  private ModelCodec() {}

  /**
   * The bytes of the rows of sparse inputs.
   *
   * @param rows how many
   */
  public static long rowBytes(long rows, int hidden, int arrays) {
    return rows * (Integer.BYTES + (long) Double.BYTES * hidden * (1 + arrays));
  }

  public static byte[] encode(Model model) {
    Architecture shape = model.architecture();
    Optimizer optimizer = model.optimizer();
    boolean isSparse = shape.sparseInputs() > 0;
    SparseRows rows = model.parameters().sparse();
    byte[] evaluation = bytes(model.evaluation());
    ByteBuffer buffer =
        FRAME.begin(
            sizeBeforeSparse(shape, optimizer.kind(), model.scaler().isPresent())
                + (isSparse ? 2 * Integer.BYTES : 0)
                + rows.count() * sizeOfRow(shape, optimizer.kind())
                + Integer.BYTES
                + evaluation.length,
            isSparse ? VERSION_WITH_SPARSE : VERSION);
    buffer.putInt(shape.inputs()).putInt(shape.hidden()).putInt(shape.outputs());
    buffer.putInt(code(shape.activation())).putInt(code(shape.output()));
    buffer.putInt(code(optimizer.kind())).putInt(model.scaler().isPresent() ? STANDARD : NONE);
    if (isSparse) {
      buffer.putInt(shape.sparseInputs());
    }
    buffer.putLong(model.version()).putLong(model.examples()).putLong(model.learnedThrough());
    buffer.putLong(optimizer.steps());
    put(buffer, model.parameters());
    optimizer.state().forEach(each -> put(buffer, each));
    model.scaler().ifPresent(scaler -> put(buffer, scaler));
    if (isSparse) {
      put(buffer, rows, optimizer.kind());
    }
    buffer.putInt(model.evaluation().window()).put(evaluation);
    return FRAME.seal(buffer);
  }

  private static byte[] bytes(Evaluation evaluation) {
    StateWriter fields = new StateWriter();
    evaluation.write(fields);
    return fields.bytes();
  }

  private static void put(ByteBuffer buffer, Parameters parameters) {
    for (DMatrixRMaj matrix : parameters.matrices()) {
      Frame.putDoubles(buffer, matrix.data, matrix.getNumElements());
    }
  }

  private static void put(ByteBuffer buffer, SparseRows rows, OptimizerKind kind) {
    buffer.putInt(rows.count());
    // Before the first update nothing may be kept beside the weights yet: then it is 0.
    double[] numbers = new double[rows.hidden() * (1 + kind.arrays())];
    for (int slot = 0; slot < rows.count(); slot++) {
      buffer.putInt(rows.row(slot));
      rows.read(slot, numbers);
      Frame.putDoubles(buffer, numbers, numbers.length);
    }
  }

  private static void put(ByteBuffer buffer, Scaler scaler) {
    buffer.putLong(scaler.count());
    Frame.putDoubles(buffer, scaler.mean(), scaler.inputs());
    Frame.putDoubles(buffer, scaler.squares(), scaler.inputs());
  }

  /**
   * Reads a model.
   *
   * @throws FormatException when the bytes are not one
   */
  public static Model decode(byte[] bytes) {
    ByteBuffer buffer = FRAME.open(bytes);
    if (buffer.remaining() < FIXED) {
      throw FRAME.inconsistent(String.format(Locale.ROOT, "%d bytes", bytes.length));
    }
    try {
      return model(buffer);
    } catch (IllegalArgumentException e) {
      throw new FormatException("A model that cannot be: " + e.getMessage(), e);
    }
  }

  private static Model model(ByteBuffer buffer) {
    int format = Frame.version(buffer);
    int inputs = buffer.getInt();
    int hidden = buffer.getInt();
    int outputs = buffer.getInt();
    Activation activation = activation(buffer.getInt());
    Output output = output(buffer.getInt());
    OptimizerKind kind = optimizer(buffer.getInt());
    boolean isScaled = isScaled(buffer.getInt());
    boolean isSparse = format == VERSION_WITH_SPARSE;
    Architecture shape =
        new Architecture(
            inputs, isSparse ? buffer.getInt() : 0, hidden, outputs, activation, output);
    requireSize(buffer, shape, kind, isScaled);
    long version = buffer.getLong();
    long examples = buffer.getLong();
    long learnedThrough = buffer.getLong();
    long steps = buffer.getLong();
    Parameters parameters = getDense(buffer, Parameters.zeros(shape));
    List<Parameters> state =
        Stream.generate(() -> getDense(buffer, Parameters.dense(shape)))
            .limit(kind.arrays())
            .toList();
    Optional<Scaler> scaler =
        isScaled ? Optional.of(getScaler(buffer, shape.inputs())) : Optional.empty();
    if (isSparse) {
      getRows(buffer, shape, kind, parameters.sparse());
    }
    return new Model(
        shape,
        parameters,
        kind.resume(steps, state),
        scaler,
        version,
        examples,
        learnedThrough,
        format == VERSION_WITHOUT_EVALUATION
            ? Evaluation.start(shape, Evaluation.DEFAULT_WINDOW)
            : getEvaluation(buffer, shape));
  }

  /** A damaged size must not cost more memory than there are bytes. */
  private static void requireSize(
      ByteBuffer buffer, Architecture shape, OptimizerKind kind, boolean isScaled) {
    int body = buffer.limit() - Frame.HEADER;
    long expected = sizeBeforeSparse(shape, kind, isScaled);
    boolean isOld = Frame.version(buffer) == VERSION_WITHOUT_EVALUATION;
    if (shape.parameterCount() > body
        || (isOld ? body != expected : body < expected + Integer.BYTES)) {
      throw FRAME.inconsistent(
          String.format(
              Locale.ROOT,
              "%s with %s, %s, in %d bytes",
              shape,
              kind.text(),
              isScaled ? "scaled" : "not scaled",
              body));
    }
  }

  private static void getRows(
      ByteBuffer buffer, Architecture shape, OptimizerKind kind, SparseRows rows) {
    int count = buffer.remaining() < Integer.BYTES ? -1 : buffer.getInt();
    if (count < 0 || count > buffer.remaining() / sizeOfRow(shape, kind)) {
      throw FRAME.inconsistent(
          String.format(
              Locale.ROOT, "%d sparse rows where %d bytes are left", count, buffer.remaining()));
    }
    rows.keep(kind.arrays());
    double[] numbers = new double[rows.hidden() * (1 + kind.arrays())];
    for (int i = 0; i < count; i++) {
      int row = buffer.getInt();
      Frame.getDoubles(buffer, numbers, numbers.length);
      rows.add(row, numbers);
    }
  }

  private static Evaluation getEvaluation(ByteBuffer buffer, Architecture shape) {
    int window = buffer.remaining() < Integer.BYTES ? -1 : buffer.getInt();
    if (window < 1 || window > LONGEST_WINDOW) {
      throw FRAME.inconsistent(String.format(Locale.ROOT, "a window of %d examples", window));
    }
    Evaluation evaluation = Evaluation.resume(shape, window, new StateReader(buffer));
    if (buffer.hasRemaining()) {
      throw FRAME.inconsistent(
          String.format(Locale.ROOT, "%d bytes after its end", buffer.remaining()));
    }
    return evaluation;
  }

  /** Reads the dense parameters, into some that are zero. */
  private static Parameters getDense(ByteBuffer buffer, Parameters parameters) {
    for (DMatrixRMaj matrix : parameters.matrices()) {
      Frame.getDoubles(buffer, matrix.data, matrix.getNumElements());
    }
    if (!parameters.isFinite()) {
      throw FRAME.inconsistent("a number that is not finite");
    }
    return parameters;
  }

  private static Scaler getScaler(ByteBuffer buffer, int inputs) {
    long count = buffer.getLong();
    double[] mean = new double[inputs];
    double[] squares = new double[inputs];
    Frame.getDoubles(buffer, mean, inputs);
    Frame.getDoubles(buffer, squares, inputs);
    return Scaler.resume(count, mean, squares);
  }

  private static long sizeOfRow(Architecture shape, OptimizerKind kind) {
    return Integer.BYTES + (long) Double.BYTES * shape.hidden() * (1 + kind.arrays());
  }

  /**
   * The bytes within the frame without those of sparse inputs and of the evaluation. Right for
   * shapes of up to 2^31 parameters.
   */
  private static long sizeBeforeSparse(Architecture shape, OptimizerKind kind, boolean isScaled) {
    long parameters = Double.BYTES * shape.parameterCount() * (1L + kind.arrays());
    long scaler = isScaled ? Long.BYTES + 2L * Double.BYTES * shape.inputs() : 0;
    return FIXED + parameters + scaler;
  }

  // The codes are spelled out: reordering an enum must not change what old bytes mean.

  private static int code(Activation activation) {
    return switch (activation) {
      case TANH -> 0;
      case SIGMOID -> 1;
      case RELU -> 2;
      case LEAKY_RELU -> 3;
    };
  }

  private static Activation activation(int code) {
    return switch (code) {
      case 0 -> Activation.TANH;
      case 1 -> Activation.SIGMOID;
      case 2 -> Activation.RELU;
      case 3 -> Activation.LEAKY_RELU;
      default -> throw FRAME.inconsistent("activation " + code);
    };
  }

  private static int code(Output output) {
    return switch (output) {
      case SIGMOID -> 0;
      case SOFTMAX -> 1;
      case IDENTITY -> 2;
    };
  }

  private static Output output(int code) {
    return switch (code) {
      case 0 -> Output.SIGMOID;
      case 1 -> Output.SOFTMAX;
      case 2 -> Output.IDENTITY;
      default -> throw FRAME.inconsistent("output " + code);
    };
  }

  private static int code(OptimizerKind kind) {
    return switch (kind) {
      case SGD -> 0;
      case MOMENTUM -> 1;
      case ADAGRAD -> 2;
      case ADAM -> 3;
    };
  }

  private static OptimizerKind optimizer(int code) {
    return switch (code) {
      case 0 -> OptimizerKind.SGD;
      case 1 -> OptimizerKind.MOMENTUM;
      case 2 -> OptimizerKind.ADAGRAD;
      case 3 -> OptimizerKind.ADAM;
      default -> throw FRAME.inconsistent("optimiser " + code);
    };
  }

  private static boolean isScaled(int code) {
    return switch (code) {
      case NONE -> false;
      case STANDARD -> true;
      default -> throw FRAME.inconsistent("scaling " + code);
    };
  }
}
