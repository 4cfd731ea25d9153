package io.millrace.learn.quality;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;

/**
 * Copies a state from one owner to another in memory: it writes everything, then reads everything.
 */
final class StateCopy implements StateFields {
  private final Queue<Object> written = new ArrayDeque<>();
  private boolean isReading;

  StateCopy toRead() {
    isReading = true;
    return this;
  }

  @Override
  public long count(long value) {
    if (isReading) {
      return (Long) written.remove();
    }
    written.add(value);
    return value;
  }

  @Override
  public void float64(double[] values, int from, int length) {
    transfer(values, from, Arrays.copyOfRange(values, from, from + length), length);
  }

  @Override
  public void float32(float[] values, int from, int length) {
    transfer(values, from, Arrays.copyOfRange(values, from, from + length), length);
  }

  @Override
  public void uint16(char[] values, int from, int length) {
    transfer(values, from, Arrays.copyOfRange(values, from, from + length), length);
  }

  @SuppressWarnings("SuspiciousSystemArraycopy") // what is read is of the type that was written
  private void transfer(Object values, int from, Object copy, int length) {
    if (isReading) {
      System.arraycopy(written.remove(), 0, values, from, length);
    } else {
      written.add(copy);
    }
  }
}
