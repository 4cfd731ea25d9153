package io.millrace.example;

import java.util.Arrays;
import java.util.Locale;
import org.ejml.data.DMatrixSparseCSC;

/**
 * Xs (ns x m) while it is filled, one example after the other: the compressed columns of those that
 * are kept, and behind them the non-zeros of the one that is being written.
 *
 * <p>Memory: 12 bytes for each non-zero of the fullest mini-batch so far, and 4 an example.
 */
final class SparseColumns {
  private final DMatrixSparseCSC matrix;

  /** Non-zeros of the column that is being written; they lie behind those of the matrix. */
  private int open;

  /** Whether the rows of the open column rise from one to the next. */
  private boolean isAscending = true;

  // Workspaces for sorting: row << 32 | position, and the values at their positions
  private long[] order = {};
  private double[] unsorted = {};

  /**
   * @param rows ns, 0 or more
   */
  SparseColumns(int rows, int capacity) {
    matrix = new DMatrixSparseCSC(rows, capacity, 0);
    matrix.numCols = 0;
    matrix.indicesSorted = true;
  }

  DMatrixSparseCSC matrix() {
    return matrix;
  }

  /** Starts the next column anew. */
  void begin() {
    open = 0;
    isAscending = true;
  }

  /** Adds a value to a row of the next column. */
  void add(int row, double value) {
    if (row < 0 || row >= matrix.numRows) {
      throw new IndexOutOfBoundsException(
          String.format(Locale.ROOT, "Row %d of %d sparse inputs", row, matrix.numRows));
    }
    int end = matrix.nz_length + open;
    if (end == matrix.nz_rows.length) {
      int length = Math.max(16, 2 * end);
      matrix.nz_rows = Arrays.copyOf(matrix.nz_rows, length);
      matrix.nz_values = Arrays.copyOf(matrix.nz_values, length);
    }
    isAscending &= value != 0 && (open == 0 || row > matrix.nz_rows[end - 1]);
    matrix.nz_rows[end] = row;
    matrix.nz_values[end] = value;
    open++;
  }

  /** Keeps the next column: rows ascending, each once, without zeros. */
  void append() {
    if (!isAscending) {
      sort();
      merge();
    }
    matrix.nz_length += open;
    matrix.numCols++;
    matrix.col_idx[matrix.numCols] = matrix.nz_length;
    begin();
  }

  /** Forgets all columns; the memory is kept. */
  void clear() {
    matrix.nz_length = 0;
    matrix.numCols = 0;
    begin();
  }

  /** By row; those of one row stay in the order in which they were added. */
  private void sort() {
    if (order.length < open) {
      order = new long[matrix.nz_rows.length];
      unsorted = new double[matrix.nz_rows.length];
    }
    int start = matrix.nz_length;
    for (int i = 0; i < open; i++) {
      order[i] = (long) matrix.nz_rows[start + i] << Integer.SIZE | i;
    }
    System.arraycopy(matrix.nz_values, start, unsorted, 0, open);
    Arrays.sort(order, 0, open);
    for (int i = 0; i < open; i++) {
      matrix.nz_rows[start + i] = (int) (order[i] >>> Integer.SIZE);
      matrix.nz_values[start + i] = unsorted[(int) order[i]];
    }
  }

  /** Adds up what stands at one row, and leaves out what then is 0. */
  private void merge() {
    int[] rows = matrix.nz_rows;
    double[] values = matrix.nz_values;
    int end = matrix.nz_length + open;
    int to = matrix.nz_length;
    for (int from = to; from < end; ) {
      int row = rows[from];
      double sum = values[from++];
      while (from < end && rows[from] == row) {
        sum += values[from++];
      }
      if (sum != 0) {
        rows[to] = row;
        values[to++] = sum;
      }
    }
    open = to - matrix.nz_length;
  }
}
