package io.millrace.codec.plain;

import java.util.Arrays;

/**
 * A copy of one record with zeros behind it. Whatever reads it by eight bytes, or to the next byte
 * that cannot be part of JSON, needs no other bound. Copying costs a fiftieth of reading.
 */
public final class RecordBuffer {
  /** Three words, which is the most that is looked at at once, and one more. */
  private static final int PADDING = 4 * Long.BYTES;

  /** Larger records are left to the general parser, so that no buffer grows beyond it. */
  private static final int MOST_BYTES = 1 << 20;

  private byte[] bytes = new byte[1024];
  private int length;

  /**
   * Copies a record.
   *
   * @return whether it is small enough
   */
  public boolean copy(byte[] record) {
    if (record.length > MOST_BYTES) {
      return false;
    }
    length = record.length;
    if (length + PADDING > bytes.length) {
      bytes = new byte[Math.max(length + PADDING, 2 * bytes.length)];
    }
    System.arraycopy(record, 0, bytes, 0, length);
    Arrays.fill(bytes, length, length + PADDING, (byte) 0);
    return true;
  }

  /** The record and at least 32 zeros; what stands behind them is older and means nothing. */
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }
}
