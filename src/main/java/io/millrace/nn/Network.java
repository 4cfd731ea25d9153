package io.millrace.nn;

import java.util.Locale;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DMatrixSparseCSC;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Forward, cost and backward of the two-layer network, over a whole mini-batch at a time. The
 * equations are written as in the legend of the package; the calls below them compute the transpose
 * of both sides.
 *
 * <p>Holds no parameters, only the workspaces of one pass. They follow the size of the mini-batch,
 * which may change from call to call, and allocate only when it exceeds every earlier one. Memory:
 * 8 (3 m (n1 + n2) + m) bytes, 4 a non-zero, and what the kernel needs, which is no more. Not safe
 * for several threads.
 *
 * <p>No number is an exception: a NaN in the data passes through to the cost and the gradients.
 */
public final class Network {
  private final Architecture architecture;
  private final Kernel kernel;

  // Z1', A1', dZ1', m x n1, and Z2', A2', dZ2', m x n2; every operation reshapes its output to m
  private final DMatrixRMaj z1t;
  private final DMatrixRMaj a1t;
  private final DMatrixRMaj dz1t;
  private final DMatrixRMaj z2t;
  private final DMatrixRMaj a2t;
  private final DMatrixRMaj dz2t;

  /** Of the examples; as long as the largest mini-batch. */
  private double[] losses = {};

  /** Of the non-zeros of Xs, when nothing is learned: where their rows of W1s' are. */
  private int[] slots = {};

  /** Xs of a network without sparse inputs. */
  private final DMatrixSparseCSC none = new DMatrixSparseCSC(0, 0, 0);

  /** With the products of EJML. */
  public Network(Architecture architecture) {
    this(architecture, KernelKind.EJML);
  }

  /**
   * @param kernel what computes the matrix products
   */
  public Network(Architecture architecture, KernelKind kernel) {
    this.architecture = architecture;
    this.kernel = kernel.create();
    z1t = new DMatrixRMaj(0, architecture.hidden());
    a1t = new DMatrixRMaj(0, architecture.hidden());
    dz1t = new DMatrixRMaj(0, architecture.hidden());
    z2t = new DMatrixRMaj(0, architecture.outputs());
    a2t = new DMatrixRMaj(0, architecture.outputs());
    dz2t = new DMatrixRMaj(0, architecture.outputs());
  }

  /**
   * Computes the predictions of a network without sparse inputs for a mini-batch.
   *
   * @param p Not modified.
   * @param xt X', m x n0, m at least 1. Not modified.
   * @throws IllegalArgumentException if a shape does not fit the architecture
   */
  public void forward(Parameters p, DMatrixRMaj xt) {
    none.numCols = xt.numRows;
    forward(p, xt, none);
  }

  /**
   * Computes the predictions for a mini-batch. Sparse inputs without a row in the parameters add
   * nothing.
   *
   * @param p Not modified.
   * @param xt Xd', m x nd, m at least 1. Not modified.
   * @param xs Xs, ns x m. Not modified.
   * @throws IllegalArgumentException if a shape does not fit the architecture
   */
  public void forward(Parameters p, DMatrixRMaj xt, DMatrixSparseCSC xs) {
    requireShapes(p, xt, xs);
    if (slots.length < xs.nz_length) {
      slots = new int[Math.max(xs.nz_length, 2 * slots.length)];
    }
    p.sparse().find(xs, slots);
    forward(p, xt, xs, slots);
  }

  /**
   * Computes the predictions for a mini-batch that is to be learned: the same numbers.
   *
   * @param p Modified: sparse inputs of the mini-batch that have no row get one, of zeros; {@link
   *     Gradients#undo} takes them out again.
   * @param xt Xd', m x nd, m at least 1. Not modified.
   * @param xs Xs, ns x m. Not modified.
   * @param gradients Modified: where the rows are, for the backward pass and the update.
   * @throws IllegalArgumentException if a shape does not fit the architecture
   */
  public void forward(Parameters p, DMatrixRMaj xt, DMatrixSparseCSC xs, Gradients gradients) {
    requireShapes(p, xt, xs);
    p.sparse().touch(xs, gradients.sparse());
    forward(p, xt, xs, gradients.sparse().slots);
  }

  private void requireShapes(Parameters p, DMatrixRMaj xt, DMatrixSparseCSC xs) {
    requireShape("parameters", p);
    requireAnExample(xt);
    requireShape("X", architecture.inputs(), xt.numRows, xt);
    requireShape("Xs", architecture.sparseInputs(), xt.numRows, xs);
  }

  private void forward(Parameters p, DMatrixRMaj xt, DMatrixSparseCSC xs, int[] slots) {
    // Z1 = W1d Xd + b1 + W1s Xs
    z1t.reshape(xt.numRows, architecture.hidden());
    if (architecture.inputs() > 0) {
      kernel.forward(p.w1t(), xt, p.b1(), z1t);
    } else {
      for (int i = 0; i < xt.numRows; i++) {
        System.arraycopy(p.b1().data, 0, z1t.data, i * z1t.numCols, z1t.numCols);
      }
    }
    if (xs.nz_length > 0) {
      kernel.addSparse(p.sparse(), slots, xs, z1t);
    }
    // A1 = g1(Z1)
    architecture.activation().apply(z1t, a1t);
    // Z2 = W2 A1 + b2
    z2t.reshape(xt.numRows, architecture.outputs());
    kernel.forward(p.w2t(), a1t, p.b2(), z2t);
    // A2 = g2(Z2)
    architecture.output().apply(z2t, a2t);
  }

  /**
   * A2', m x n2, of the last {@link #forward}; live until the next one.
   *
   * @throws IllegalStateException before the first forward
   */
  public DMatrixRMaj predictions() {
    examples();
    return a2t;
  }

  /**
   * J = (1/m) times the sum of the losses of the last {@link #forward}.
   *
   * @param yt Y', m x n2. Not modified.
   * @throws IllegalArgumentException if the shape is not that of the predictions
   * @throws IllegalStateException before the first forward
   */
  public double cost(DMatrixRMaj yt) {
    int m = examples();
    requireShape("Y", architecture.outputs(), m, yt);
    if (losses.length < m) {
      losses = new double[m];
    }
    return architecture.output().losses(z2t, yt, losses) / m;
  }

  /**
   * Z2', m x n2, of the last {@link #forward}: what g2 makes predictions of; live until the next.
   *
   * @throws IllegalStateException before the first forward
   */
  public DMatrixRMaj logits() {
    examples();
    return z2t;
  }

  /** The losses of the m examples of the last {@link #cost}, and more; live until the next. */
  public double[] losses() {
    return losses;
  }

  /**
   * The share of the examples of the last {@link #forward} that were predicted right, in [0, 1].
   * Sigmoid: every output is on its label's side of 0.5. Softmax: the largest output, the first of
   * equals, is where the largest label is.
   *
   * @param yt Y', m x n2. Not modified.
   * @throws IllegalArgumentException if the shape is not that of the predictions
   * @throws IllegalStateException before the first forward, or if the output does not classify
   */
  public double accuracy(DMatrixRMaj yt) {
    int m = examples();
    requireShape("Y", architecture.outputs(), m, yt);
    return (double) architecture.output().right(a2t, yt) / m;
  }

  /**
   * Computes the gradients of the cost of the last {@link #forward}, of a network without sparse
   * inputs.
   *
   * @param p Not modified.
   * @param xt X', m x n0. Not modified.
   * @param yt Y', m x n2. Not modified.
   * @param gradients dW1, db1, dW2, db2. Modified.
   * @throws IllegalArgumentException if a shape does not fit the architecture or the last forward
   * @throws IllegalStateException before the first forward
   */
  public void backward(Parameters p, DMatrixRMaj xt, DMatrixRMaj yt, Gradients gradients) {
    none.numCols = xt.numRows;
    backward(p, xt, none, yt, gradients);
  }

  /**
   * Computes the gradients of the cost of the last {@link #forward}, which must have had the same
   * parameters and the same examples, and with sparse inputs the same gradients.
   *
   * @param p Not modified.
   * @param xt Xd', m x nd. Not modified.
   * @param xs Xs, ns x m. Not modified.
   * @param yt Y', m x n2. Not modified.
   * @param gradients dW1d, dW1s, db1, dW2, db2. Modified.
   * @throws IllegalArgumentException if a shape does not fit the architecture or the last forward
   * @throws IllegalStateException before the first forward
   */
  public void backward(
      Parameters p, DMatrixRMaj xt, DMatrixSparseCSC xs, DMatrixRMaj yt, Gradients gradients) {
    int m = examples();
    requireShape("parameters", p);
    requireShape("X", architecture.inputs(), m, xt);
    requireShape("Xs", architecture.sparseInputs(), m, xs);
    requireShape("Y", architecture.outputs(), m, yt);
    Parameters dense = gradients.dense();
    requireShape("gradients", dense);

    // dZ2 = A2 - Y
    CommonOps_DDRM.subtract(a2t, yt, dz2t);
    // dW2 = (1/m) dZ2 A1',  db2 = (1/m) sum_cols(dZ2)
    kernel.gradients(dz2t, a1t, dense.w2t(), dense.b2());
    // dZ1 = W2' dZ2 * g1'(Z1)
    dz1t.reshape(m, architecture.hidden());
    kernel.backward(p.w2t(), dz2t, dz1t);
    architecture.activation().multiplyByDerivative(a1t, z1t, dz1t);
    // dW1d = (1/m) dZ1 Xd',  db1 = (1/m) sum_cols(dZ1)
    if (architecture.inputs() > 0) {
      kernel.gradients(dz1t, xt, dense.w1t(), dense.b1());
    } else {
      FusedKernel.meanOfColumns(dz1t, dense.b1());
    }
    // dW1s = (1/m) dZ1 Xs', the touched rows of dW1s'
    if (xs.nz_length > 0) {
      TouchedRows touched = gradients.sparse();
      kernel.sparseGradients(dz1t, xs, touched.numbers, touched.zeroed());
    }
  }

  /** m of the last forward. */
  private int examples() {
    if (a2t.numRows == 0) {
      throw new IllegalStateException("forward must come first");
    }
    return a2t.numRows;
  }

  private void requireShape(String name, Parameters parameters) {
    parameters.requireShape(
        name, architecture.inputs(), architecture.hidden(), architecture.outputs());
  }

  private static void requireAnExample(DMatrixRMaj xt) {
    if (xt.numRows == 0) {
      throw new IllegalArgumentException("X: expected at least 1 example, found 0");
    }
  }

  private static void requireShape(String name, int rows, int examples, DMatrixRMaj t) {
    requireShape(name, rows, examples, t.numCols, t.numRows);
  }

  private static void requireShape(String name, int rows, int examples, DMatrixSparseCSC x) {
    requireShape(name, rows, examples, x.numRows, x.numCols);
  }

  private static void requireShape(
      String name, int rows, int examples, int foundRows, int foundExamples) {
    if (foundRows != rows || foundExamples != examples) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: expected %d x %d (one column an example), found %d x %d",
              name,
              rows,
              examples,
              foundRows,
              foundExamples));
    }
  }
}
