package io.millrace.codec.event;

import io.millrace.codec.plain.PlainText;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that stood between two values, such as {@code ,"distance":}, and whose value came then.
 * Most events have the same ones again, so a comparison of three words replaces brackets, commas,
 * names and look-ups.
 */
final class Gap {
  private static final int WORDS = 3 * Long.BYTES;
  private static final int MOST_BYTES = 256;

  private long first = -1;
  private long firstMask = -1;
  private long second;
  private long secondMask;
  private long third;
  private long thirdMask;
  private int length;
  private byte[] rest = {};
  private @Nullable Place next;

  /** Whether a gap of this many bytes is worth keeping. */
  static boolean isKept(int length) {
    return length > 0 && length <= MOST_BYTES;
  }

  /** Keeps these bytes. A gap that was never set matches only what is not JSON. */
  void set(byte[] b, int from, int length, Place next) {
    this.length = length;
    this.next = next;
    firstMask = mask(length);
    secondMask = mask(length - Long.BYTES);
    thirdMask = mask(length - 2 * Long.BYTES);
    first = PlainText.eight(b, from) & firstMask;
    second = PlainText.eight(b, from + Long.BYTES) & secondMask;
    third = PlainText.eight(b, from + 2 * Long.BYTES) & thirdMask;
    int behind = Math.max(0, length - WORDS);
    if (rest.length < behind) {
      rest = new byte[MOST_BYTES];
    }
    System.arraycopy(b, from + length - behind, rest, 0, behind);
  }

  private static long mask(int length) {
    return length <= 0 ? 0 : length >= Long.BYTES ? -1 : ~(-1L << (Byte.SIZE * length));
  }

  /**
   * Whether the bytes at {@code i} are these.
   *
   * @param end where the record ends; 24 bytes behind it can be read
   */
  boolean matches(byte[] b, int i, int end) {
    long difference =
        ((PlainText.eight(b, i) ^ first) & firstMask)
            | ((PlainText.eight(b, i + Long.BYTES) ^ second) & secondMask)
            | ((PlainText.eight(b, i + 2 * Long.BYTES) ^ third) & thirdMask);
    return difference == 0 && (length <= WORDS || matchesRest(b, i, end));
  }

  private boolean matchesRest(byte[] b, int i, int end) {
    int behind = i + length;
    return behind <= end && Arrays.equals(b, i + WORDS, behind, rest, 0, length - WORDS);
  }

  int length() {
    return length;
  }

  /** Whose value comes after the bytes. */
  @Nullable Place next() {
    return next;
  }
}
