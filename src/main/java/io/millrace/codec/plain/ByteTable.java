package io.millrace.codec.plain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Values, at least 0, of texts by their UTF-8 bytes: an open-addressed table with linear probing,
 * at most half full. The first and the last eight bytes of a text are compared as words.
 */
public final class ByteTable {
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L; // 2^64 / the golden ratio
  private static final int FREE = -1;

  private byte[][] texts = {};
  private long[] heads = {};
  private long[] tails = {};
  private int[] lengths = {};
  private int[] values = {};
  private int shift;
  private int count;

  public ByteTable() {
    allocate(16);
  }

  private void allocate(int size) {
    texts = new byte[size][0];
    heads = new long[size];
    tails = new long[size];
    lengths = new int[size];
    values = new int[size];
    shift = Long.numberOfLeadingZeros(size - 1);
    Arrays.fill(values, FREE);
  }

  /**
   * The bytes of a text that stand for it alone.
   *
   * @return or null where it has a half of a surrogate pair: no UTF-8 has that
   */
  public static byte @Nullable [] bytesOf(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return new String(bytes, UTF_8).equals(text) ? bytes : null;
  }

  /**
   * The value of a text.
   *
   * @param b with at least eight bytes from {@code from} on
   * @return -1 when the text was not put
   */
  public int get(byte[] b, int from, int to) {
    return values[place(b, from, to)];
  }

  /** Gives a text a value, unless it has one. */
  public void putIfAbsent(byte[] text, int value) {
    if (2 * (count + 1) > values.length) {
      grow();
    }
    byte[] padded = Arrays.copyOf(text, text.length + Long.BYTES);
    int place = place(padded, 0, text.length);
    if (values[place] == FREE) {
      texts[place] = text;
      heads[place] = head(padded, 0, text.length);
      tails[place] = tail(padded, text.length, text.length);
      lengths[place] = text.length;
      values[place] = value;
      count++;
    }
  }

  private void grow() {
    byte[][] oldTexts = texts;
    int[] oldValues = values;
    count = 0;
    allocate(2 * oldValues.length);
    for (int i = 0; i < oldValues.length; i++) {
      if (oldValues[i] != FREE) {
        putIfAbsent(oldTexts[i], oldValues[i]);
      }
    }
  }

  /** Where the text stands, or the free place where it would. */
  private int place(byte[] b, int from, int to) {
    int length = to - from;
    long head = head(b, from, length);
    long tail = tail(b, to, length);
    int mask = values.length - 1;
    long mixed = ((head ^ Long.rotateLeft(tail, 1)) + length) * MULTIPLIER;
    int i = (int) (mixed >>> shift); // the high bits depend on all
    while (values[i] != FREE
        && (heads[i] != head || tails[i] != tail || !is(i, b, from, to, length))) {
      i = (i + 1) & mask;
    }
    return i;
  }

  private boolean is(int i, byte[] b, int from, int to, int length) {
    return lengths[i] == length
        && (length <= 2 * Long.BYTES || Arrays.equals(b, from, to, texts[i], 0, length));
  }

  /** The last eight bytes of a text that has more. */
  private static long tail(byte[] b, int to, int length) {
    return length > Long.BYTES ? PlainText.eight(b, to - Long.BYTES) : 0;
  }

  /** The first eight bytes, those behind the text zero. */
  public static long head(byte[] b, int from, int length) {
    long eight = PlainText.eight(b, from);
    return length >= Long.BYTES ? eight : eight & ~(-1L << (Byte.SIZE * length));
  }
}
