package io.millrace.codec.log;

import java.nio.ByteBuffer;

/**
 * Numbers as narrow as they can be without a loss, to the bit:
 *
 * <pre>
 *   byte  kind: 0 one number for all of them, 1 bytes, 2 float32, 3 float64
 *   ...   the numbers, or the one; bytes are 0 to 255
 * </pre>
 *
 * The numbers lie in an array, {@code stride} apart: one input of every example, or all inputs.
 */
enum NumberBlock {
  CONSTANT(0),
  BYTES(Byte.BYTES),
  FLOAT32(Float.BYTES),
  FLOAT64(Double.BYTES);

  private static final NumberBlock[] KINDS = values();
  private static final double LARGEST_BYTE = 255;

  private final int width;

  NumberBlock(int width) {
    this.width = width;
  }

  /** The most bytes of a block. */
  static long maxBytes(long count) {
    return 1 + Double.BYTES * Math.max(1, count);
  }

  /**
   * The narrowest kind that holds the numbers.
   *
   * @param mayBeConstant whether one number may stand for all
   */
  static NumberBlock of(
      double[] numbers, int start, int stride, int count, boolean mayBeConstant) {
    if (count == 0) {
      return mayBeConstant ? CONSTANT : BYTES;
    }
    long first = Double.doubleToRawLongBits(numbers[start]);
    boolean isByte = true;
    boolean isFloat = true;
    long differing = 0; // bits
    for (int i = 0, at = start; i < count; i++, at += stride) {
      double x = numbers[at];
      long bits = Double.doubleToRawLongBits(x);
      differing |= bits ^ first;
      isByte &= x >= 0 && x <= LARGEST_BYTE && bits == Double.doubleToRawLongBits((double) (int) x);
      isFloat &= bits == Double.doubleToRawLongBits((float) x);
    }
    return differing == 0 && mayBeConstant ? CONSTANT : isByte ? BYTES : isFloat ? FLOAT32 : FLOAT64;
  }

  /** The bytes of a block of this kind. */
  long bytes(long count) {
    return 1 + (this == CONSTANT ? Double.BYTES : width * count);
  }

  /** Writes numbers that this kind holds. */
  void put(ByteBuffer buffer, double[] numbers, int start, int stride, int count) {
    buffer.put((byte) ordinal());
    switch (this) {
      case CONSTANT -> buffer.putDouble(count == 0 ? 0 : numbers[start]);
      case BYTES -> {
        for (int i = 0, at = start; i < count; i++, at += stride) {
          buffer.put((byte) (int) numbers[at]);
        }
      }
      case FLOAT32 -> {
        for (int i = 0, at = start; i < count; i++, at += stride) {
          buffer.putFloat((float) numbers[at]);
        }
      }
      case FLOAT64 -> {
        for (int i = 0, at = start; i < count; i++, at += stride) {
          buffer.putDouble(numbers[at]);
        }
      }
    }
  }

  /**
   * Reads a block.
   *
   * @param numbers Modified
   * @param of the format that the bytes are of, for the sentence
   * @throws io.millrace.codec.FormatException when it is not one, or the bytes end in it
   */
  static void get(
      ByteBuffer buffer, double[] numbers, int start, int stride, int count, Frame of) {
    int code = buffer.hasRemaining() ? buffer.get() : -1;
    if (code < 0 || code >= KINDS.length) {
      throw of.inconsistent("numbers of kind " + code);
    }
    NumberBlock kind = KINDS[code];
    if (buffer.remaining() < kind.bytes(count) - 1) {
      throw of.inconsistent(count + " numbers in " + buffer.remaining() + " bytes");
    }
    switch (kind) {
      case CONSTANT -> {
        double number = buffer.getDouble();
        for (int i = 0, at = start; i < count; i++, at += stride) {
          numbers[at] = number;
        }
      }
      case BYTES -> {
        for (int i = 0, at = start; i < count; i++, at += stride) {
          numbers[at] = buffer.get() & 0xFF;
        }
      }
      case FLOAT32 -> {
        for (int i = 0, at = start; i < count; i++, at += stride) {
          numbers[at] = buffer.getFloat();
        }
      }
      case FLOAT64 -> {
        for (int i = 0, at = start; i < count; i++, at += stride) {
          numbers[at] = buffer.getDouble();
        }
      }
    }
  }
}
