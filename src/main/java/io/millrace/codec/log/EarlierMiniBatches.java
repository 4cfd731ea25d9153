package io.millrace.codec.log;

import io.millrace.codec.FormatException;
import io.millrace.example.MiniBatch;
import io.millrace.example.ServedPrediction;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the mini-batches of earlier versions of the format, which had dense inputs only:
 *
 * <pre>
 *   int32    n0, n2, m
 *   int32    partition of the examples topic
 *   int32    bytes of a number of X, and of Y: 4 or 8 each
 *   int32
 *   int64    the offset of the first example in its partition, where there is one
 *   varint   for each other example, how far its offset is above the one before
 *   ...      X, n0 x m, column by column, float32 or float64
 *   ...      Y, n2 x m, column by column, float32 or float64
 *   version 3, written where examples were predicted as events:
 *   varint   for each example, 1 more than the version that predicted it, or 0
 *   float64  Z, n2 numbers for each example that was predicted
 * </pre>
 *
 * Version 1 has m offsets as int64 and float64 throughout, and does not say so.
 */
final class EarlierMiniBatches {
  /** The newest version that is read here. */
  static final int NEWEST = 3;

  private static final int VERSION_WITH_SERVED = 3;
  private static final Frame FRAME = MiniBatchCodec.FRAME;
  private static final int FIXED_OF_VERSION_1 = 4 * Integer.BYTES;
  private static final int FIXED = 6 * Integer.BYTES;

  private EarlierMiniBatches() {}

  /**
   * Reads a mini-batch.
   *
   * @param buffer its body
   * @param length of the whole record, for the sentence
   */
  static MiniBatch decode(ByteBuffer buffer, int length, MiniBatch memory, int minCapacity) {
    boolean isOld = Frame.version(buffer) == 1;
    if (buffer.remaining() < (isOld ? FIXED_OF_VERSION_1 : FIXED)) {
      throw FRAME.inconsistent(String.format(Locale.ROOT, "%d bytes", length));
    }
    int n0 = buffer.getInt();
    int n2 = buffer.getInt();
    int m = buffer.getInt();
    int partition = buffer.getInt();
    int xBytes = isOld ? Double.BYTES : buffer.getInt();
    int yBytes = isOld ? Double.BYTES : buffer.getInt();
    if (!isNumber(xBytes) || !isNumber(yBytes)) {
      throw FRAME.inconsistent(
          String.format(Locale.ROOT, "numbers of %d and %d bytes", xBytes, yBytes));
    }
    // Before any memory is taken: at least one byte is there for each offset.
    if (n0 < 1 || n2 < 1 || m < 0 || !canHold(buffer.remaining(), n0, n2, m, xBytes, yBytes)) {
      throw wrongSizes(n0, n2, m, length);
    }
    MiniBatch batch = MiniBatchCodec.room(memory, n0, 0, n2, Math.max(m, minCapacity));
    boolean hasServed = Frame.version(buffer) == VERSION_WITH_SERVED;
    long[] offsets = readOffsets(buffer, m, isOld);
    long numbers = (long) m * n0 * xBytes + (long) m * n2 * yBytes;
    if (hasServed ? buffer.remaining() < numbers : buffer.remaining() != numbers) {
      throw wrongSizes(n0, n2, m, length);
    }
    getNumbers(buffer, batch.xt().data, m * n0, xBytes);
    getNumbers(buffer, batch.yt().data, m * n2, yBytes);
    ServedPrediction[] served = hasServed ? MiniBatchCodec.readServed(buffer, m, n2) : new ServedPrediction[m];
    MiniBatchCodec.append(batch, partition, offsets, null, served);
    return batch;
  }

  private static boolean isNumber(int bytes) {
    return bytes == Float.BYTES || bytes == Double.BYTES;
  }

  /** Divided, as a product may overflow. */
  private static boolean canHold(
      int bytes, int inputs, int outputs, int m, int xBytes, int yBytes) {
    long example = 1L + (long) xBytes * inputs + (long) yBytes * outputs;
    return m == 0 || bytes / example >= m;
  }

  private static FormatException wrongSizes(int inputs, int outputs, int m, int length) {
    return FRAME.inconsistent(
        String.format(
            Locale.ROOT,
            "%d inputs, %d outputs, %d examples in %d bytes",
            inputs,
            outputs,
            m,
            length));
  }

  private static long[] readOffsets(ByteBuffer buffer, int m, boolean isOld) {
    long[] offsets = new long[m];
    for (int i = 0; i < m; i++) {
      if (isOld || i == 0) {
        if (buffer.remaining() < Long.BYTES) {
          throw FRAME.inconsistent(
              String.format(Locale.ROOT, "%d bytes of %d offsets", buffer.remaining(), m));
        }
        offsets[i] = buffer.getLong();
      } else {
        offsets[i] = offsets[i - 1] + Varint.get(buffer, FRAME, "an offset");
      }
    }
    return offsets;
  }

  private static void getNumbers(ByteBuffer buffer, double[] numbers, int count, int bytes) {
    if (bytes == Float.BYTES) {
      Frame.getFloats(buffer, numbers, count);
    } else {
      Frame.getDoubles(buffer, numbers, count);
    }
  }
}
