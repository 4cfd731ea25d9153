package io.millrace.nn;

import org.ejml.data.DMatrixRMaj;
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
}
