package io.millrace.codec;

import io.millrace.learn.Model;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import java.nio.ByteBuffer;
import org.ejml.data.DMatrixRMaj;

/**
 * The bytes of a model as the training task keeps it.
 *
 * <pre>
 *   frame    magic "MRMD", version 1
 *   int32    n0, n1, n2
 *   int32    activation: 0 tanh, 1 sigmoid, 2 relu, 3 leaky-relu
 *   int32    output: 0 sigmoid, 1 softmax, 2 identity
 *   int64    version: the updates in it
 *   int64    examples in it
 *   int64    offset of the last mini-batch in it, -1 for none
 *   float64  W1 column by column, b1, W2 column by column, b2
 * </pre>
 */
public final class ModelCodec {
  private static final Frame FRAME = new Frame("model", "MRMD", 1);
  private static final int FIXED = 5 * Integer.BYTES + 3 * Long.BYTES;

  private ModelCodec() {}

  public static byte[] encode(Model model) {
    Architecture shape = model.architecture();
    ByteBuffer buffer = FRAME.begin(FIXED + Double.BYTES * shape.parameterCount());
    buffer.putInt(shape.inputs()).putInt(shape.hidden()).putInt(shape.outputs());
    buffer.putInt(code(shape.activation())).putInt(code(shape.output()));
    buffer.putLong(model.version()).putLong(model.examples()).putLong(model.learnedThrough());
    for (DMatrixRMaj matrix : model.parameters().matrices()) {
      Frame.putDoubles(buffer, matrix.data, matrix.getNumElements());
    }
    return FRAME.seal(buffer);
  }

  /**
   * Reads a model.
   *
   * @throws FormatException when the bytes are not one
   */
  public static Model decode(byte[] bytes) {
    ByteBuffer buffer = FRAME.open(bytes);
    if (buffer.remaining() < FIXED) {
      throw FRAME.inconsistent("%d bytes".formatted(bytes.length));
    }
    Architecture shape =
        new Architecture(
            buffer.getInt(),
            buffer.getInt(),
            buffer.getInt(),
            activation(buffer.getInt()),
            output(buffer.getInt()));
    long version = buffer.getLong();
    long examples = buffer.getLong();
    long learnedThrough = buffer.getLong();
    if (buffer.remaining() != Double.BYTES * shape.parameterCount()) {
      throw FRAME.inconsistent("%s in %d bytes".formatted(shape, bytes.length));
    }
    Parameters parameters = Parameters.zeros(shape);
    for (DMatrixRMaj matrix : parameters.matrices()) {
      Frame.getDoubles(buffer, matrix.data, matrix.getNumElements());
    }
    return new Model(shape, parameters, version, examples, learnedThrough);
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
}
