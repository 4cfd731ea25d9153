package io.millrace.learn.quality;

/**
 * The numbers of a state, written or read one after the other in a fixed order. The owner of the
 * state has one method for both, so that it cannot write a number and forget to read it.
 */
public interface StateFields {
  /**
   * A whole number.
   *
   * @param value what is written, not negative
   * @return what is read; when writing, the value
   */
  long count(long value);

  /** Finite numbers: the elements [from, from + length). Modified when reading. */
  void float64(double[] values, int from, int length);

  /** Finite numbers: the elements [from, from + length). Modified when reading. */
  void float32(float[] values, int from, int length);

  /** Numbers of 16 bits: the elements [from, from + length). Modified when reading. */
  void uint16(char[] values, int from, int length);
}
