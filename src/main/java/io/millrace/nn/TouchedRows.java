package io.millrace.nn;

import java.util.Arrays;

/**
 * The rows of W1s' that a mini-batch touches, numbered from 0 in the order of their first
 * non-zeros, and their gradients; all other rows have the gradient 0. A workspace that is used
 * again and again.
 *
 * <p>Memory: 12 bytes for each non-zero of the fullest mini-batch, and 8 n1 for each row of the one
 * that touches most.
 */
public final class TouchedRows {
  private final int hidden;

  /** Of each non-zero: where its row is in memory, and its number. */
  int[] slots = {};

  int[] numbers = {};

  /** By number: where the row is in memory. */
  private int[] slotOf = {};

  private int count;
  private double[] dw1t = {};

  /** The rows that existed before, of what was touched last. */
  private int existing;

  TouchedRows(int hidden) {
    this.hidden = hidden;
  }

  /** Starts the next mini-batch. */
  void begin(SparseRows rows, int nonZeros) {
    if (slots.length < nonZeros) {
      int length = Math.max(nonZeros, 2 * slots.length);
      slots = new int[length];
      numbers = new int[length];
      slotOf = new int[length];
    }
    count = 0;
    existing = rows.count();
  }

  /**
   * The number of a row, which gets the next one where it has none in this mini-batch. Without
   * branches: nobody can predict which rows come a second time.
   *
   * @param last the last number that the row had, perhaps in an earlier mini-batch
   */
  int number(int slot, int last) {
    slotOf[count] = SparseRows.NONE;
    int candidate = Math.min(last, count);
    boolean isNew = slotOf[candidate] != slot;
    int number = isNew ? count : candidate;
    slotOf[number] = slot;
    count += isNew ? 1 : 0;
    return number;
  }

  /** How many rows are touched. */
  public int count() {
    return count;
  }

  /** Where a touched row is among those that exist. */
  public int slot(int number) {
    return slotOf[number];
  }

  /** dW1s' of the touched rows, n1 numbers each, by number; live, longer than needed. */
  double[] dw1t() {
    return dw1t;
  }

  /** The same, all zero. */
  double[] zeroed() {
    int length = Math.multiplyExact(count, hidden);
    if (dw1t.length < length) {
      dw1t = new double[(int) Math.min(Integer.MAX_VALUE - 8L, 2L * length)];
    }
    Arrays.fill(dw1t, 0, length, 0);
    return dw1t;
  }

  /** The sum of the squares of the gradients. */
  double squares() {
    return Parameters.squares(dw1t, 0, count * hidden);
  }

  void scale(double factor) {
    for (int i = 0; i < count * hidden; i++) {
      dw1t[i] *= factor;
    }
  }

  /** dW = dW + factor W. */
  void addWeights(double factor, SparseRows rows) {
    for (int number = 0; number < count; number++) {
      double[] w = rows.chunk(slotOf[number]);
      int from = rows.start(slotOf[number]);
      int to = number * hidden;
      for (int j = 0; j < hidden; j++) {
        dw1t[to + j] += factor * w[from + j];
      }
    }
  }

  /** Undoes what {@link SparseRows#touch} did to the rows, when nothing is learned from them. */
  void undo(SparseRows rows) {
    rows.removeFrom(existing);
    count = 0;
  }
}
