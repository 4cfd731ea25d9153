package io.millrace.codec.log;

import io.millrace.learn.quality.StateFields;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Writes the fields of a state, little-endian. A count is written 7 bits a byte, the lowest first,
 * with the highest bit of a byte set when another one follows (LEB128).
 */
final class StateWriter implements StateFields {
  private static final int INITIAL = 16 * 1024;
  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;

  private ByteBuffer buffer = ByteBuffer.allocate(INITIAL).order(ByteOrder.LITTLE_ENDIAN);

  @Override
  public long count(long value) {
    long rest = value;
    ByteBuffer to = room(Long.BYTES + 2);
    while (rest >>> BITS != 0) {
      to.put((byte) (rest | MORE));
      rest >>>= BITS;
    }
    to.put((byte) rest);
    return value;
  }

  @Override
  public void float64(double[] values, int from, int length) {
    int bytes = length * Double.BYTES;
    room(bytes).asDoubleBuffer().put(values, from, length);
    buffer.position(buffer.position() + bytes);
  }

  @Override
  public void float32(float[] values, int from, int length) {
    int bytes = length * Float.BYTES;
    room(bytes).asFloatBuffer().put(values, from, length);
    buffer.position(buffer.position() + bytes);
  }

  @Override
  public void uint16(char[] values, int from, int length) {
    int bytes = length * Character.BYTES;
    room(bytes).asCharBuffer().put(values, from, length);
    buffer.position(buffer.position() + bytes);
  }

  @SuppressWarnings("ByteBufferBackingArray") // allocated here, so its array is all of it
  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      int capacity = Math.max(2 * buffer.capacity(), buffer.position() + bytes);
      buffer =
          ByteBuffer.wrap(Arrays.copyOf(buffer.array(), capacity))
              .order(ByteOrder.LITTLE_ENDIAN)
              .position(buffer.position());
    }
    return buffer;
  }

  @SuppressWarnings("ByteBufferBackingArray")
  byte[] bytes() {
    return Arrays.copyOf(buffer.array(), buffer.position());
  }
}
