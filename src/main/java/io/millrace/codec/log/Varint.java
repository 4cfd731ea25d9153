package io.millrace.codec.log;

import java.nio.ByteBuffer;

/**
 * A number from 0 in base 128, its lowest digit first, every byte but the last with 128 added: one
 * byte below 2^7, nine below 2^63.
 */
final class Varint {
  /** The bytes of the largest number. */
  static final int LONGEST = 9;

  /** The bytes of the largest int. */
  static final int LONGEST_INT = 5;

  private Varint() {}

  static int bytes(long number) {
    return 1 + (63 - Long.numberOfLeadingZeros(number | 1)) / 7;
  }

  static void put(ByteBuffer buffer, long number) {
    long rest = number;
    for (; rest > 0x7F; rest >>>= 7) {
      buffer.put((byte) (rest | 0x80));
    }
    buffer.put((byte) rest);
  }

  /**
   * Reads a number.
   *
   * @param of the format that the bytes are of, for the sentence
   * @param what the number, for the sentence
   * @throws io.millrace.codec.FormatException when it has no end
   */
  static long get(ByteBuffer buffer, Frame of, String what) {
    long number = 0;
    for (int shift = 0; shift < 7 * LONGEST && buffer.hasRemaining(); shift += 7) {
      byte digit = buffer.get();
      number |= (long) (digit & 0x7F) << shift;
      if (digit >= 0) {
        return number;
      }
    }
    throw of.inconsistent(what + " without an end");
  }

  /**
   * Reads a number that an int must hold.
   *
   * @throws io.millrace.codec.FormatException when it has no end, or is larger
   */
  static int getInt(ByteBuffer buffer, Frame of, String what) {
    long number = get(buffer, of, what);
    if (number > Integer.MAX_VALUE) {
      throw of.inconsistent(what + " of " + number);
    }
    return (int) number;
  }
}
