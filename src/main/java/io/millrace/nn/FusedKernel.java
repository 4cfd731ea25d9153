package io.millrace.nn;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DMatrixSparseCSC;

/**
 * The arithmetic of {@link KernelKind#VECTOR} in plain Java, bit for bit: what a JVM without the
 * vector module replays with, and what the tests hold the vector kernel to. Written to say what is
 * computed, not for speed.
 *
 * <p>Products are added by fused multiply-add, with one rounding for both. Sums over the inputs of
 * a layer and over the examples go in their order, one product after the other, with one exception:
 * {@link #forward} and {@link #backward} to fewer than {@link #NARROW} columns sum in {@link
 * #NARROW} parts, so that those can be the lanes of a vector.
 */
final class FusedKernel implements Kernel {
  /** The lanes of the widest vector that a machine has today. */
  static final int NARROW = 8;

  @Override
  public void forward(DMatrixRMaj wt, DMatrixRMaj at, DMatrixRMaj b, DMatrixRMaj zt) {
    for (int i = 0; i < at.numRows; i++) {
      for (int j = 0; j < wt.numCols; j++) {
        zt.data[i * wt.numCols + j] =
            sum(
                at.data,
                i * at.numCols,
                wt.data,
                j,
                wt.numCols,
                at.numCols,
                b.data[j],
                wt.numCols < NARROW);
      }
    }
  }

  @Override
  public void backward(DMatrixRMaj wt, DMatrixRMaj dzt, DMatrixRMaj dat) {
    for (int i = 0; i < dzt.numRows; i++) {
      for (int j = 0; j < wt.numRows; j++) {
        dat.data[i * wt.numRows + j] =
            sum(
                dzt.data,
                i * dzt.numCols,
                wt.data,
                j * wt.numCols,
                1,
                dzt.numCols,
                0,
                wt.numRows < NARROW);
      }
    }
  }

  /** start + sum_k a[fromA + k] b[fromB + k step], over count products. */
  private static double sum(
      double[] a,
      int fromA,
      double[] b,
      int fromB,
      int step,
      int count,
      double start,
      boolean isNarrow) {
    if (isNarrow) {
      double[] parts = new double[NARROW];
      for (int k = 0; k < count; k++) {
        parts[k % NARROW] = Math.fma(a[fromA + k], b[fromB + k * step], parts[k % NARROW]);
      }
      return start + total(parts, 0);
    }
    double sum = start;
    for (int k = 0; k < count; k++) {
      sum = Math.fma(a[fromA + k], b[fromB + k * step], sum);
    }
    return sum;
  }

  /** The sum of the parts from an index on: halves onto halves. */
  static double total(double[] parts, int at) {
    return ((parts[at] + parts[at + 4]) + (parts[at + 2] + parts[at + 6]))
        + ((parts[at + 1] + parts[at + 5]) + (parts[at + 3] + parts[at + 7]));
  }

  @Override
  public void gradients(DMatrixRMaj dzt, DMatrixRMaj at, DMatrixRMaj dwt, DMatrixRMaj db) {
    double share = 1.0 / dzt.numRows;
    for (int k = 0; k < at.numCols; k++) {
      for (int j = 0; j < dzt.numCols; j++) {
        double sum = 0;
        for (int i = 0; i < dzt.numRows; i++) {
          sum = Math.fma(at.data[i * at.numCols + k], dzt.data[i * dzt.numCols + j], sum);
        }
        dwt.data[k * dzt.numCols + j] = share * sum;
      }
    }
    meanOfColumns(dzt, db);
  }

  /** db = (1/m) sum_cols(dZ), in the order of the examples: the rows of dZ'. Modified: db. */
  static void meanOfColumns(DMatrixRMaj dzt, DMatrixRMaj db) {
    int n = dzt.numCols;
    Arrays.fill(db.data, 0, n, 0);
    int count = dzt.getNumElements();
    for (int row = 0; row < count; row += n) {
      for (int j = 0; j < n; j++) {
        db.data[j] += dzt.data[row + j];
      }
    }
    double share = 1.0 / dzt.numRows;
    for (int j = 0; j < n; j++) {
      db.data[j] *= share;
    }
  }

  @Override
  public void addSparse(SparseRows w, int[] slots, DMatrixSparseCSC x, DMatrixRMaj zt) {
    int n = zt.numCols;
    for (int i = 0; i < x.numCols; i++) {
      for (int k = x.col_idx[i]; k < x.col_idx[i + 1]; k++) {
        int slot = slots[k];
        if (slot != SparseRows.NONE) {
          addRow(x.nz_values[k], w.chunk(slot), w.start(slot), zt.data, i * n, n);
        }
      }
    }
  }

  @Override
  public void sparseGradients(DMatrixRMaj dzt, DMatrixSparseCSC x, int[] numbers, double[] dwt) {
    int n = dzt.numCols;
    double share = 1.0 / dzt.numRows;
    for (int i = 0; i < x.numCols; i++) {
      for (int k = x.col_idx[i]; k < x.col_idx[i + 1]; k++) {
        addRow(share * x.nz_values[k], dzt.data, i * n, dwt, numbers[k] * n, n);
      }
    }
  }

  /** c += f a, n numbers of each. */
  private static void addRow(double f, double[] a, int fromA, double[] c, int fromC, int n) {
    for (int j = 0; j < n; j++) {
      c[fromC + j] = Math.fma(f, a[fromA + j], c[fromC + j]);
    }
  }
}
