package io.millrace.codec;

import io.millrace.example.MiniBatch;
import java.nio.ByteBuffer;

/**
 * The bytes of a mini-batch: one record of the training log, and the state of a partial one.
 *
 * <pre>
 *   frame    magic "MRMB", version 1
 *   int32    n0, n2, m
 *   int32    partition of the examples topic
 *   int64    m offsets in it, ascending
 *   float64  X, n0 x m, column by column
 *   float64  Y, n2 x m, column by column
 * </pre>
 */
public final class MiniBatchCodec {
  private static final Frame FRAME = new Frame("mini-batch", "MRMB", 1);
  private static final int FIXED = 4 * Integer.BYTES;

  private MiniBatchCodec() {}

  /** The bytes of a mini-batch of these sizes. */
  public static long encodedSize(int inputs, int outputs, int examples) {
    return Frame.OVERHEAD + FIXED + (long) Double.BYTES * examples * (1L + inputs + outputs);
  }

  public static byte[] encode(MiniBatch batch) {
    int m = batch.size();
    ByteBuffer buffer =
        FRAME.begin(encodedSize(batch.inputs(), batch.outputs(), m) - Frame.OVERHEAD);
    buffer.putInt(batch.inputs()).putInt(batch.outputs()).putInt(m).putInt(batch.partition());
    for (int i = 0; i < m; i++) {
      buffer.putLong(batch.offset(i));
    }
    Frame.putDoubles(buffer, batch.xt().data, m * batch.inputs());
    Frame.putDoubles(buffer, batch.yt().data, m * batch.outputs());
    return FRAME.seal(buffer);
  }

  /**
   * Reads a mini-batch.
   *
   * @param minCapacity the examples that it shall have room for, at least
   * @throws FormatException when the bytes are not one
   */
  public static MiniBatch decode(byte[] bytes, int minCapacity) {
    ByteBuffer buffer = FRAME.open(bytes);
    if (buffer.remaining() < FIXED) {
      throw FRAME.inconsistent("%d bytes".formatted(bytes.length));
    }
    int n0 = buffer.getInt();
    int n2 = buffer.getInt();
    int m = buffer.getInt();
    int partition = buffer.getInt();
    if (n0 < 1 || n2 < 1 || m < 0 || !fits(n0, n2, m, buffer.remaining())) {
      throw FRAME.inconsistent(
          "%d inputs, %d outputs, %d examples in %d bytes".formatted(n0, n2, m, bytes.length));
    }
    MiniBatch batch = new MiniBatch(n0, n2, Math.max(m, minCapacity));
    try {
      for (int i = 0; i < m; i++) {
        batch.append(partition, buffer.getLong());
      }
    } catch (IllegalArgumentException e) {
      throw FRAME.inconsistent(String.valueOf(e.getMessage()));
    }
    Frame.getDoubles(buffer, batch.xt().data, m * n0);
    Frame.getDoubles(buffer, batch.yt().data, m * n2);
    return batch;
  }

  /** Whether the numbers and offsets are that many bytes; divided, as a product may overflow. */
  private static boolean fits(int inputs, int outputs, int examples, int bytes) {
    long example = Double.BYTES * (1L + inputs + outputs);
    return bytes % example == 0 && bytes / example == examples;
  }
}
