package io.millrace.codec.log;

import io.millrace.learn.quality.StateFields;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * Reads what {@link StateWriter} wrote.
 *
 * <p>Every method throws {@link IllegalArgumentException} when there are fewer bytes, or a number
 * that cannot be.
 */
final class StateReader implements StateFields {
  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;

  private final ByteBuffer buffer;

  /**
   * @param buffer little-endian, read from its position on
   */
  StateReader(ByteBuffer buffer) {
    this.buffer = buffer;
  }

  @Override
  public long count(long value) {
    long read = 0;
    for (int shift = 0; shift < Long.SIZE - 1; shift += BITS) {
      require(1);
      int next = buffer.get();
      read |= (next & MORE - 1L) << shift;
      if ((next & MORE) == 0) {
        return read;
      }
    }
    throw new IllegalArgumentException("a count of more than 63 bits");
  }

  @Override
  public void float64(double[] values, int from, int length) {
    int bytes = require((long) length * Double.BYTES);
    buffer.asDoubleBuffer().get(values, from, length);
    buffer.position(buffer.position() + bytes);
    for (int i = from; i < from + length; i++) {
      requireFinite(values[i]);
    }
  }

  @Override
  public void float32(float[] values, int from, int length) {
    int bytes = require((long) length * Float.BYTES);
    buffer.asFloatBuffer().get(values, from, length);
    buffer.position(buffer.position() + bytes);
    for (int i = from; i < from + length; i++) {
      requireFinite(values[i]);
    }
  }

  @Override
  public void uint16(char[] values, int from, int length) {
    int bytes = require((long) length * Character.BYTES);
    buffer.asCharBuffer().get(values, from, length);
    buffer.position(buffer.position() + bytes);
  }

  private int require(long bytes) {
    if (buffer.remaining() < bytes) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%d bytes where %d are left", bytes, buffer.remaining()));
    }
    return (int) bytes;
  }

  private static void requireFinite(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("a number that is not finite");
    }
  }
}
