package io.millrace.nn;

import java.util.Locale;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Forward, cost and backward of the two-layer network, over a whole mini-batch at a time. The
 * equations are written as in the legend of the package; the calls below them compute the transpose
 * of both sides.
 *
 * <p>Holds no parameters, only the workspaces of one pass. They follow the size of the mini-batch,
 * which may change from call to call, and allocate only when it exceeds every earlier one. Memory:
 * 8 (3 m (n1 + n2) + m) bytes, and what the kernel needs, which is no more. Not safe for several
 * threads.
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
   * Computes the predictions for a mini-batch.
   *
   * @param p Not modified.
   * @param xt X', m x n0, m at least 1. Not modified.
   * @throws IllegalArgumentException if a shape does not fit the architecture
   */
  public void forward(Parameters p, DMatrixRMaj xt) {
    requireShape("parameters", p);
    requireAnExample(xt);
    requireShape("X", architecture.inputs(), xt.numRows, xt);

    // Z1 = W1 X + b1
    z1t.reshape(xt.numRows, architecture.hidden());
    kernel.forward(p.w1t(), xt, p.b1(), z1t);
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
   * Computes the gradients of the cost of the last {@link #forward}, which must have had the same
   * parameters and the same examples.
   *
   * @param p Not modified.
   * @param xt X', m x n0. Not modified.
   * @param yt Y', m x n2. Not modified.
   * @param gradients dW1, db1, dW2, db2. Modified.
   * @throws IllegalArgumentException if a shape does not fit the architecture or the last forward
   * @throws IllegalStateException before the first forward
   */
  public void backward(Parameters p, DMatrixRMaj xt, DMatrixRMaj yt, Parameters gradients) {
    int m = examples();
    requireShape("parameters", p);
    requireShape("X", architecture.inputs(), m, xt);
    requireShape("Y", architecture.outputs(), m, yt);
    requireShape("gradients", gradients);

    // dZ2 = A2 - Y
    CommonOps_DDRM.subtract(a2t, yt, dz2t);
    // dW2 = (1/m) dZ2 A1',  db2 = (1/m) sum_cols(dZ2)
    kernel.gradients(dz2t, a1t, gradients.w2t(), gradients.b2());
    // dZ1 = W2' dZ2 * g1'(Z1)
    dz1t.reshape(m, architecture.hidden());
    kernel.backward(p.w2t(), dz2t, dz1t);
    architecture.activation().multiplyByDerivative(a1t, z1t, dz1t);
    // dW1 = (1/m) dZ1 X',  db1 = (1/m) sum_cols(dZ1)
    kernel.gradients(dz1t, xt, gradients.w1t(), gradients.b1());
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
    if (t.numCols != rows || t.numRows != examples) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: expected %d x %d (one column an example), found %d x %d",
              name,
              rows,
              examples,
              t.numCols,
              t.numRows));
    }
  }
}
