package io.millrace.nn;

import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DMatrixSparseCSC;

/**
 * The matrix products of a step, where its time goes. A {@code t} marks what is kept as its
 * transpose, as everywhere in this package; all matrices have the shapes of the legend already.
 *
 * <p>Every sum has an order that the shapes alone decide: the same kernel gives the same bits on
 * every machine, interpreted or compiled, and for an example wherever it stands in the mini-batch.
 * The kernels agree but for rounding. A kernel has workspaces and is not safe for several threads.
 */
interface Kernel {
  /**
   * Z = W A + b, with b added to every column: a layer's way forward.
   *
   * @param wt W', n_in x n_out. Not modified.
   * @param at A', m x n_in. Not modified.
   * @param b b', 1 x n_out. Not modified.
   * @param zt Z', m x n_out. Modified.
   */
  void forward(DMatrixRMaj wt, DMatrixRMaj at, DMatrixRMaj b, DMatrixRMaj zt);

  /**
   * dA = W' dZ: a layer's way back.
   *
   * @param wt W', n_in x n_out. Not modified.
   * @param dzt dZ', m x n_out. Not modified.
   * @param dat dA', m x n_in. Modified.
   */
  void backward(DMatrixRMaj wt, DMatrixRMaj dzt, DMatrixRMaj dat);

  /**
   * dW = (1/m) dZ A', db = (1/m) sum_cols(dZ), A being what enters the layer.
   *
   * @param dzt dZ', m x n_out. Not modified.
   * @param at A', m x n_in. Not modified.
   * @param dwt dW', n_in x n_out. Modified.
   * @param db db', 1 x n_out. Modified.
   */
  void gradients(DMatrixRMaj dzt, DMatrixRMaj at, DMatrixRMaj dwt, DMatrixRMaj db);

  /**
   * Z = Z + W X, of sparse inputs: for each non-zero (row r, value v) of example i, z_i += v W'(r,
   * :), in the order of the non-zeros.
   *
   * @param w W', the rows that exist. Not modified.
   * @param slots for each non-zero where its row is, or {@link SparseRows#NONE}, which adds
   *     nothing. Not modified.
   * @param x X, ns x m. Not modified.
   * @param zt Z', m x n_out. Modified.
   */
  void addSparse(SparseRows w, int[] slots, DMatrixSparseCSC x, DMatrixRMaj zt);

  /**
   * dW = (1/m) dZ X', of the sparse inputs that are touched: for each non-zero (row r, value v) of
   * example i, dW'(r, :) += (v/m) dz_i', in the order of the non-zeros.
   *
   * @param dzt dZ', m x n_out. Not modified.
   * @param x X, ns x m. Not modified.
   * @param numbers for each non-zero the number of its row. Not modified.
   * @param dwt dW', row after row by number, n_out numbers each, all zero. Modified.
   */
  void sparseGradients(DMatrixRMaj dzt, DMatrixSparseCSC x, int[] numbers, double[] dwt);
}
