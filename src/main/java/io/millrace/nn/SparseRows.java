package io.millrace.nn;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixSparseCSC;

/**
 * W1s' (ns x n1), the weights of the sparse inputs: the rows that exist. A row is 0 until a
 * mini-batch that is learned has its input, and gets the next slot of memory then; W2 is random, so
 * hidden units differ without random weights here. What the optimiser keeps for a row lies behind
 * its n1 weights, n1 numbers each: an input costs one place in memory.
 *
 * <p>Slots lie in chunks that never move, and the {@linkplain RowTable table} from row to slot
 * grows in small parts: no mini-batch waits for all rows to be copied.
 *
 * <p>Mutable, and not safe for several threads, except that {@link #find} may be called from many
 * while nothing is modified. Memory: 8 n1 (1 + arrays) + 4 bytes a row in chunks of up to 256 KB,
 * and the table.
 */
public final class SparseRows {
  /** What {@link #find} says of a row that does not exist. */
  static final int NONE = -1;

  /** Numbers in a chunk, where not even one row needs more: 256 KB. */
  private static final int CHUNK = 1 << 15;

  private final int inputs;
  private final int hidden;
  private RowTable table;
  private int count;

  // The numbers of slot s are in chunks[s >> shift], from (s & mask) * stride on; so is its row.
  private int arrays;
  private int stride;
  private int shift;
  private int mask;
  private double[][] chunks = {};
  private int[][] rows = {};

  /**
   * No rows.
   *
   * @param inputs ns, 0 or more
   * @param hidden n1
   * @param arrays how many numbers the optimiser keeps beside a weight
   */
  SparseRows(int inputs, int hidden, int arrays) {
    this.inputs = inputs;
    this.hidden = hidden;
    this.table = new RowTable(inputs);
    layOut(arrays);
  }

  private void layOut(int arrays) {
    this.arrays = arrays;
    stride = Math.multiplyExact(hidden, 1 + arrays);
    int rowsOfChunk = Integer.highestOneBit(Math.max(1, CHUNK / stride));
    while (rowsOfChunk / 2 >= Math.max(1, inputs)) {
      rowsOfChunk /= 2; // few inputs: no more than all of them need
    }
    shift = Integer.numberOfTrailingZeros(rowsOfChunk);
    mask = rowsOfChunk - 1;
  }

  /**
   * The most bytes of heap that rows need.
   *
   * @param rows how many
   * @param hidden n1
   * @param arrays how many numbers the optimiser keeps beside a weight
   */
  public static long heapBytes(long rows, int hidden, int arrays) {
    long numbers = (long) Double.BYTES * hidden * (1 + arrays);
    return rows * (numbers + Integer.BYTES + RowTable.MOST_BYTES);
  }

  /** ns. */
  public int inputs() {
    return inputs;
  }

  /** n1. */
  public int hidden() {
    return hidden;
  }

  /** How many numbers the optimiser keeps beside a weight. */
  public int arrays() {
    return arrays;
  }

  /** How many rows exist. Their slots are the numbers below it, in the order of their coming. */
  public int count() {
    return count;
  }

  /** The row, a sparse input, that has a slot. */
  public int row(int slot) {
    return rows[slot >> shift][slot & mask];
  }

  /** Where a row is; {@value #NONE} where it does not exist and so is 0. */
  int slot(int row) {
    return table.slot(row);
  }

  /** The array that a slot's numbers are in; live. */
  double[] chunk(int slot) {
    return chunks[slot >> shift];
  }

  /** Where in its chunk a slot's numbers begin. */
  int start(int slot) {
    return (slot & mask) * stride;
  }

  /**
   * Copies the numbers of a slot.
   *
   * @param numbers the n1 weights, and then, as far as there is room, the optimiser's arrays, n1
   *     numbers each. Modified.
   */
  public void read(int slot, double[] numbers) {
    System.arraycopy(chunk(slot), start(slot), numbers, 0, Math.min(stride, numbers.length));
  }

  /**
   * Adds a row.
   *
   * @param row a sparse input that has no row yet
   * @param numbers as {@link #read} gives them; what is missing is 0. Not modified.
   * @throws IllegalArgumentException if the row is there already, or there is no such input, or a
   *     number is not finite
   */
  public void add(int row, double[] numbers) {
    if (row < 0 || row >= inputs || slot(row) != NONE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "sparse rows: expected different ones from 0 to below %d, found %d",
              inputs,
              row));
    }
    if (!Arrays.stream(numbers).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "sparse row %d: expected finite numbers", row));
    }
    int slot = create(RowTable.hash(row), row);
    System.arraycopy(numbers, 0, chunk(slot), start(slot), Math.min(stride, numbers.length));
  }

  /** A new slot for a row that has none: all of its numbers are 0. */
  private int create(int hash, int row) {
    int slot = count;
    // All memory comes first: without it nothing changes.
    int chunk = slot >> shift;
    if (chunk == chunks.length) {
      rows = Arrays.copyOf(rows, Math.max(1, 2 * chunk));
      chunks = Arrays.copyOf(chunks, Math.max(1, 2 * chunk));
    }
    if (chunks[chunk] == null) {
      int[] ofChunk = new int[mask + 1];
      chunks[chunk] = new double[(mask + 1) * stride];
      rows[chunk] = ofChunk;
    }
    table.reserve(hash);
    table.add(hash, row, slot);
    rows[chunk][slot & mask] = row;
    count++;
    return slot;
  }

  /**
   * Finds the rows of a mini-batch, and modifies nothing.
   *
   * @param xs Xs, ns x m. Not modified.
   * @param slots for each non-zero the slot of its row, or {@value #NONE}. Modified.
   */
  void find(DMatrixSparseCSC xs, int[] slots) {
    for (int k = 0; k < xs.nz_length; k++) {
      slots[k] = table.slot(xs.nz_rows[k]);
    }
  }

  /**
   * Finds the rows of a mini-batch that is to be learned, creates those that do not exist, and
   * numbers them in the order of their first non-zeros.
   *
   * @param xs Xs, ns x m. Not modified.
   * @param touched Modified.
   */
  void touch(DMatrixSparseCSC xs, TouchedRows touched) {
    touched.begin(this, xs.nz_length);
    int[] slots = touched.slots;
    int[] hashes = touched.numbers; // until the number of a non-zero takes its place
    table.preload(xs.nz_rows, xs.nz_length, hashes, slots);
    for (int k = 0; k < xs.nz_length; k++) {
      int row = xs.nz_rows[k];
      int[] segment = table.segment(hashes[k]);
      int at = RowTable.find(segment, hashes[k], row);
      if (segment[at] == RowTable.FREE) {
        create(hashes[k], row);
        segment = table.segment(hashes[k]);
        at = RowTable.find(segment, hashes[k], row);
      }
      int slot = segment[at + RowTable.SLOT];
      int number = touched.number(slot, segment[at + RowTable.NUMBER]);
      segment[at + RowTable.NUMBER] = number;
      slots[k] = slot;
      touched.numbers[k] = number;
    }
  }

  /** Takes the newest rows out again, which have not been updated since they came. */
  void removeFrom(int first) {
    while (count > first) {
      count--;
      table.remove(row(count));
    }
  }

  /**
   * Sees to it that there is room for what the optimiser keeps; what is new is 0.
   *
   * @param arrays how many numbers it keeps beside a weight
   */
  public void keep(int arrays) {
    if (arrays != this.arrays) {
      SparseRows other = new SparseRows(inputs, hidden, arrays);
      other.addAll(this, Math.min(arrays, this.arrays));
      takeOver(other);
    }
  }

  /**
   * Takes over the weights of other rows; what the optimiser keeps beside them is 0.
   *
   * @param source of the same inputs and hidden units. Not modified.
   */
  void set(SparseRows source) {
    SparseRows other = new SparseRows(inputs, hidden, arrays);
    other.addAll(source, 0);
    takeOver(other);
  }

  /** The same numbers in memory of their own. */
  SparseRows copy() {
    SparseRows copy = new SparseRows(inputs, hidden, arrays);
    copy.addAll(this, arrays);
    return copy;
  }

  private void addAll(SparseRows source, int arrays) {
    for (int slot = 0; slot < source.count; slot++) {
      int row = source.row(slot);
      int to = create(RowTable.hash(row), row);
      System.arraycopy(
          source.chunk(slot), source.start(slot), chunk(to), start(to), hidden * (1 + arrays));
    }
  }

  private void takeOver(SparseRows other) {
    table = other.table;
    count = other.count;
    chunks = other.chunks;
    rows = other.rows;
    layOut(other.arrays);
  }

  /** The sum of the squares of the weights, row by row. */
  double squares() {
    double squares = 0;
    for (int slot = 0; slot < count; slot++) {
      squares += Parameters.squares(chunk(slot), start(slot), hidden);
    }
    return squares;
  }

  /** Whether no number is infinite or NaN. */
  boolean isFinite() {
    return IntStream.range(0, count).allMatch(this::isFinite);
  }

  private boolean isFinite(int slot) {
    double[] numbers = chunk(slot);
    for (int i = start(slot); i < start(slot) + stride; i++) {
      if (!Double.isFinite(numbers[i])) {
        return false;
      }
    }
    return true;
  }
}
