package io.millrace.codec.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.example.ServedPrediction;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The bytes of the prediction that was made of an event: a header of the example that the event
 * became.
 *
 * <pre>
 *   frame    magic "MRSP", version 1
 *   int64    version of the model
 *   int32    n2
 *   float64  Z2, n2 numbers
 *   ...      the model's name, UTF-8
 * </pre>
 */
public final class ServedCodec {
  private static final Frame FRAME = new Frame("served prediction", "MRSP", 1);
  private static final int FIXED = Long.BYTES + Integer.BYTES;

  private ServedCodec() {}

  /** The most bytes that there are. */
  public static long maxEncodedSize(String model, int outputs) {
    return Frame.OVERHEAD + FIXED + (long) Double.BYTES * outputs + 3L * model.length();
  }

  public static byte[] encode(String model, ServedPrediction served) {
    byte[] name = model.getBytes(UTF_8);
    int n2 = served.z().length;
    ByteBuffer buffer =
        FRAME
            .begin(FIXED + (long) Double.BYTES * n2 + name.length)
            .putLong(served.version())
            .putInt(n2);
    for (double z : served.z()) {
      buffer.putDouble(z);
    }
    return FRAME.seal(buffer.put(name));
  }

  /** Whether it is a prediction of that model. */
  public static boolean isOf(String model, byte[] bytes) {
    ByteBuffer buffer = FRAME.open(bytes);
    skipNumbers(buffer);
    return UTF_8.decode(buffer).toString().equals(model);
  }

  /**
   * Reads a prediction.
   *
   * @throws io.millrace.codec.FormatException when the bytes are not one
   */
  public static ServedPrediction decode(byte[] bytes) {
    ByteBuffer buffer = FRAME.open(bytes);
    int n2 = skipNumbers(buffer.duplicate().order(buffer.order()));
    long version = buffer.getLong();
    if (version < 0) {
      throw FRAME.inconsistent(String.format(Locale.ROOT, "version %d", version));
    }
    buffer.getInt();
    return new ServedPrediction(version, readFinite(buffer, n2, FRAME));
  }

  /** Goes to the name; returns n2. */
  private static int skipNumbers(ByteBuffer buffer) {
    int n2 = buffer.remaining() < FIXED ? -1 : buffer.getInt(buffer.position() + Long.BYTES);
    if (n2 < 1 || (buffer.remaining() - FIXED) / Double.BYTES < n2) {
      throw FRAME.inconsistent(
          String.format(Locale.ROOT, "%d numbers in %d bytes", n2, buffer.remaining()));
    }
    buffer.position(buffer.position() + FIXED + Double.BYTES * n2);
    return n2;
  }

  /** Reads numbers that must be finite. */
  static double[] readFinite(ByteBuffer buffer, int count, Frame of) {
    double[] numbers = new double[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = buffer.getDouble();
      if (!Double.isFinite(numbers[i])) {
        throw of.inconsistent("a prediction of " + numbers[i]);
      }
    }
    return numbers;
  }
}
