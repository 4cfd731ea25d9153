package io.millrace.codec.log;

import io.millrace.codec.FormatException;
import io.millrace.example.MiniBatch;
import io.millrace.example.ServedPrediction;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a mini-batch: one record of the training log, and the state of a partial one.
 *
 * <pre>
 *   frame    magic "MRMB", version 2, or 3
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
 * float32 where every number is one: nothing is ever rounded. A varint is a number in base 128, its
 * lowest digit first, every byte but the last with 128 added. Version 1, which is still read, has m
 * offsets as int64 and float64 throughout, and does not say so.
 */
public final class MiniBatchCodec {
  private static final int VERSION = 2;
  private static final int VERSION_WITH_SERVED = 3;
  private static final Frame FRAME = new Frame("mini-batch", "MRMB", 1, VERSION_WITH_SERVED);
  private static final int FIXED_OF_VERSION_1 = 4 * Integer.BYTES;
  private static final int FIXED = 6 * Integer.BYTES;

  /** Of the difference of two offsets, which is positive: any, and one below 2^49. */
  private static final int LONGEST_VARINT = 9;

  private static final int LONG_VARINT = 7;

  private MiniBatchCodec() {}

  /**
   * The most bytes that a mini-batch of these sizes can have, where no two of its examples that
   * follow each other are 2^49 records apart.
   */
  public static long maxEncodedSize(int inputs, int outputs, int examples) {
    long offsets = examples == 0 ? 0 : Long.BYTES + LONG_VARINT * (examples - 1L);
    long numbers = (long) Double.BYTES * examples * ((long) inputs + outputs);
    return Frame.OVERHEAD + FIXED + offsets + numbers;
  }

  /** The most bytes that the predictions of events add to that. */
  public static long maxServedSize(int outputs, int examples) {
    return examples * (LONGEST_VARINT + (long) Double.BYTES * outputs);
  }

  /**
   * The bytes of a mini-batch.
   *
   * @throws IllegalArgumentException when it has sparse inputs, which this format has no place for
   */
  public static byte[] encode(MiniBatch batch) {
    if (batch.sparseInputs() > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "A mini-batch in the log has dense inputs only. Got: %d sparse",
              batch.sparseInputs()));
    }
    // Numbers that are not all float32 mostly begin with one that is not.
    int first = Math.min(1, batch.size());
    byte[] bytes = encode(batch, first, first);
    return bytes != null
        ? bytes
        : Objects.requireNonNull(
            encode(batch, batch.size() * batch.inputs(), batch.size() * batch.outputs()));
  }

  /** As {@code xLook} numbers of X and {@code yLook} of Y need it; null where others need more. */
  private static byte @Nullable [] encode(MiniBatch batch, int xLook, int yLook) {
    int xBytes = bytesOfNumber(batch.xt().data, xLook);
    int yBytes = bytesOfNumber(batch.yt().data, yLook);
    int m = batch.size();
    int xCount = m * batch.inputs();
    int yCount = m * batch.outputs();
    ByteBuffer buffer =
        FRAME.begin(
            FIXED
                + offsetBytes(batch)
                + (long) xBytes * xCount
                + (long) yBytes * yCount
                + servedBytes(batch),
            batch.servedCount() == 0 ? VERSION : VERSION_WITH_SERVED);
    buffer.putInt(batch.inputs()).putInt(batch.outputs()).putInt(m).putInt(batch.partition());
    buffer.putInt(xBytes).putInt(yBytes);
    putOffsets(buffer, batch);
    if (!putNumbers(buffer, batch.xt().data, xCount, xBytes)
        || !putNumbers(buffer, batch.yt().data, yCount, yBytes)) {
      return null;
    }
    if (batch.servedCount() > 0) {
      putServed(buffer, batch);
    }
    return FRAME.seal(buffer);
  }

  /** 4 where every number is a float, to the bit. */
  private static int bytesOfNumber(double[] numbers, int count) {
    for (int i = 0; i < count; i++) {
      double asFloat = (float) numbers[i];
      if (Double.doubleToRawLongBits(asFloat) != Double.doubleToRawLongBits(numbers[i])) {
        return Double.BYTES;
      }
    }
    return Float.BYTES;
  }

  private static long offsetBytes(MiniBatch batch) {
    long bytes = batch.isEmpty() ? 0 : Long.BYTES;
    for (int i = 1; i < batch.size(); i++) {
      bytes += varintBytes(batch.offset(i) - batch.offset(i - 1));
    }
    return bytes;
  }

  private static long servedBytes(MiniBatch batch) {
    if (batch.servedCount() == 0) {
      return 0;
    }
    long bytes = (long) Double.BYTES * batch.outputs() * batch.servedCount();
    for (int i = 0; i < batch.size(); i++) {
      bytes += varintBytes(batch.servedVersion(i) + 1);
    }
    return bytes;
  }

  private static void putServed(ByteBuffer buffer, MiniBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      putVarint(buffer, batch.servedVersion(i) + 1);
    }
    int n2 = batch.outputs();
    for (int i = 0; i < batch.size(); i++) {
      for (int k = 0; k < n2 && batch.servedVersion(i) != MiniBatch.NOT_SERVED; k++) {
        buffer.putDouble(batch.servedZt().data[i * n2 + k]);
      }
    }
  }

  private static void putOffsets(ByteBuffer buffer, MiniBatch batch) {
    if (!batch.isEmpty()) {
      buffer.putLong(batch.offset(0));
    }
    for (int i = 1; i < batch.size(); i++) {
      putVarint(buffer, batch.offset(i) - batch.offset(i - 1));
    }
  }

  private static int varintBytes(long number) {
    return 1 + (63 - Long.numberOfLeadingZeros(number | 1)) / 7;
  }

  private static void putVarint(ByteBuffer buffer, long number) {
    long rest = number;
    for (; rest > 0x7F; rest >>>= 7) {
      buffer.put((byte) (rest | 0x80));
    }
    buffer.put((byte) rest);
  }

  private static long getVarint(ByteBuffer buffer) {
    long number = 0;
    for (int shift = 0; shift < 7 * LONGEST_VARINT && buffer.hasRemaining(); shift += 7) {
      byte digit = buffer.get();
      number |= (long) (digit & 0x7F) << shift;
      if (digit >= 0) {
        return number;
      }
    }
    throw FRAME.inconsistent("an offset without an end");
  }

  /** Whether no number was lost. */
  private static boolean putNumbers(ByteBuffer buffer, double[] numbers, int count, int bytes) {
    if (bytes == Float.BYTES) {
      return Frame.putFloats(buffer, numbers, count);
    }
    Frame.putDoubles(buffer, numbers, count);
    return true;
  }

  private static void getNumbers(ByteBuffer buffer, double[] numbers, int count, int bytes) {
    if (bytes == Float.BYTES) {
      Frame.getFloats(buffer, numbers, count);
    } else {
      Frame.getDoubles(buffer, numbers, count);
    }
  }

  /**
   * Reads a mini-batch.
   *
   * @param minCapacity the examples that it shall have room for, at least
   * @throws FormatException when the bytes are not one
   */
  public static MiniBatch decode(byte[] bytes, int minCapacity) {
    return decode(bytes, new MiniBatch(1, 1, 1), minCapacity);
  }

  /**
   * Reads a mini-batch into the memory of another one, where it fits there.
   *
   * @param memory Modified
   * @return the same, or a new one
   * @throws FormatException when the bytes are not one
   */
  public static MiniBatch decode(byte[] bytes, MiniBatch memory) {
    return decode(bytes, memory, 1);
  }

  private static MiniBatch decode(byte[] bytes, MiniBatch memory, int minCapacity) {
    ByteBuffer buffer = FRAME.open(bytes);
    boolean isOld = Frame.version(buffer) < VERSION;
    if (buffer.remaining() < (isOld ? FIXED_OF_VERSION_1 : FIXED)) {
      throw FRAME.inconsistent(String.format(Locale.ROOT, "%d bytes", bytes.length));
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
      throw wrongSizes(n0, n2, m, bytes);
    }
    MiniBatch batch = room(memory, n0, n2, Math.max(m, minCapacity));
    boolean hasServed = Frame.version(buffer) == VERSION_WITH_SERVED;
    long[] offsets = readOffsets(buffer, m, isOld);
    long numbers = (long) m * n0 * xBytes + (long) m * n2 * yBytes;
    if (hasServed ? buffer.remaining() < numbers : buffer.remaining() != numbers) {
      throw wrongSizes(n0, n2, m, bytes);
    }
    getNumbers(buffer, batch.xt().data, m * n0, xBytes);
    getNumbers(buffer, batch.yt().data, m * n2, yBytes);
    ServedPrediction[] served = hasServed ? readServed(buffer, m, n2) : new ServedPrediction[m];
    append(batch, partition, offsets, served);
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

  private static FormatException wrongSizes(int inputs, int outputs, int m, byte[] bytes) {
    return FRAME.inconsistent(
        String.format(
            Locale.ROOT,
            "%d inputs, %d outputs, %d examples in %d bytes",
            inputs,
            outputs,
            m,
            bytes.length));
  }

  private static MiniBatch room(MiniBatch memory, int inputs, int outputs, int capacity) {
    if (memory.inputs() != inputs || memory.outputs() != outputs || memory.capacity() < capacity) {
      return new MiniBatch(inputs, outputs, capacity);
    }
    memory.clear();
    return memory;
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
        offsets[i] = offsets[i - 1] + getVarint(buffer);
      }
    }
    return offsets;
  }

  /** One for each example; null where it was not predicted. */
  private static @Nullable ServedPrediction[] readServed(ByteBuffer buffer, int m, int n2) {
    long[] versions = new long[m];
    long served = 0;
    for (int i = 0; i < m; i++) {
      versions[i] = getVarint(buffer) - 1;
      served += versions[i] == MiniBatch.NOT_SERVED ? 0 : 1;
    }
    if (buffer.remaining() != served * n2 * Double.BYTES) {
      throw FRAME.inconsistent(
          String.format(
              Locale.ROOT,
              "%d predictions of %d numbers in %d bytes",
              served,
              n2,
              buffer.remaining()));
    }
    @Nullable ServedPrediction[] predictions = new ServedPrediction[m];
    for (int i = 0; i < m; i++) {
      if (versions[i] != MiniBatch.NOT_SERVED) {
        predictions[i] =
            new ServedPrediction(versions[i], ServedCodec.readFinite(buffer, n2, FRAME));
      }
    }
    return predictions;
  }

  private static void append(
      MiniBatch batch, int partition, long[] offsets, @Nullable ServedPrediction[] predictions) {
    try {
      for (int i = 0; i < offsets.length; i++) {
        ServedPrediction served = predictions[i];
        if (served == null) {
          batch.append(partition, offsets[i]);
        } else {
          batch.append(partition, offsets[i], served);
        }
      }
    } catch (IllegalArgumentException e) {
      throw FRAME.inconsistent(String.valueOf(e.getMessage()));
    }
  }
}
