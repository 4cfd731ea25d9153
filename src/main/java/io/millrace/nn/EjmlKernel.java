package io.millrace.nn;

import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DMatrixSparseCSC;
import org.ejml.dense.block.TileMultiplication_F64;
import org.ejml.dense.row.CommonOps_DDRM;

/** The products of EJML: the kernels of its block matrices, which are its fastest. */
final class EjmlKernel implements Kernel {
  /** From so many inputs on, reading A' by columns costs more than writing A down first. */
  private static final int WIDE = 256;

  /** A itself, n_in x m, where it is wide. */
  private final DMatrixRMaj a = new DMatrixRMaj(0, 0);

  /** W itself, n_out x n_in, because EJML's product with a transposed right side is slow. */
  private final DMatrixRMaj w = new DMatrixRMaj(0, 0);

  @Override
  public void forward(DMatrixRMaj wt, DMatrixRMaj at, DMatrixRMaj b, DMatrixRMaj zt) {
    product(at, wt, zt);
    int count = zt.getNumElements();
    for (int row = 0; row < count; row += zt.numCols) {
      for (int k = 0; k < zt.numCols; k++) {
        zt.data[row + k] += b.data[k];
      }
    }
  }

  @Override
  public void backward(DMatrixRMaj wt, DMatrixRMaj dzt, DMatrixRMaj dat) {
    w.reshape(wt.numCols, wt.numRows);
    CommonOps_DDRM.transpose(wt, w);
    product(dzt, w, dat);
  }

  /** C = A B. */
  private static void product(DMatrixRMaj a, DMatrixRMaj b, DMatrixRMaj c) {
    int n = b.numCols;
    TileMultiplication_F64.tileMultSet(
        a.data, b.data, c.data, a.numRows, a.numCols, n, a.numCols, n, n, 0, 0, 0);
  }

  @Override
  public void gradients(DMatrixRMaj dzt, DMatrixRMaj at, DMatrixRMaj dwt, DMatrixRMaj db) {
    // dW' = (1/m) A dZ', A' being kept
    double share = 1.0 / dzt.numRows;
    if (at.numCols >= WIDE) {
      a.reshape(at.numCols, at.numRows);
      CommonOps_DDRM.transpose(at, a);
      int n = dzt.numCols;
      TileMultiplication_F64.tileMultSet(
          share, a.data, dzt.data, dwt.data, a.numRows, a.numCols, n, a.numCols, n, n, 0, 0, 0);
    } else {
      gradientsOfColumns(share, dzt, at, dwt);
    }
    FusedKernel.meanOfColumns(dzt, db);
  }

  private static void gradientsOfColumns(
      double share, DMatrixRMaj dzt, DMatrixRMaj at, DMatrixRMaj dwt) {
    TileMultiplication_F64.tileMultSetTransA(
        share,
        at.data,
        dzt.data,
        dwt.data,
        at.numRows,
        at.numCols,
        dzt.numCols,
        at.numCols,
        dzt.numCols,
        dzt.numCols,
        0,
        0,
        0);
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
      c[fromC + j] += f * a[fromA + j];
    }
  }
}
