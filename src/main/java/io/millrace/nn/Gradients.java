package io.millrace.nn;

/**
 * The gradients of a cost: with respect to the dense parameters, and to the rows of sparse inputs
 * that the mini-batch touches. Those of all other rows are 0.
 *
 * <p>Mutable, and not safe for several threads. Memory: 8 bytes times {@link
 * Architecture#parameterCount()}, and {@link TouchedRows}.
 */
public final class Gradients {
  private final Parameters dense;
  private final TouchedRows sparse;

  /** All zero. */
  public Gradients(Architecture architecture) {
    dense = Parameters.dense(architecture);
    sparse = new TouchedRows(architecture.hidden());
  }

  /** dW1d, db1, dW2, db2; live. */
  public Parameters dense() {
    return dense;
  }

  /** dW1s of the touched rows; live. */
  public TouchedRows sparse() {
    return sparse;
  }

  /** The Euclidean norm of all gradients as one vector; infinite if its square overflows. */
  public double norm() {
    return Math.sqrt(dense.squares() + sparse.squares());
  }

  /** Multiplies every gradient by a number. */
  public void scale(double factor) {
    dense.scale(factor);
    sparse.scale(factor);
  }

  /**
   * dW = dW + factor W for the weights of both layers, biases and rows that are not touched being
   * left as they are.
   *
   * @param parameters of the same shape. Not modified.
   * @throws IllegalArgumentException if the shapes differ
   */
  public void addWeights(double factor, Parameters parameters) {
    dense.addWeights(factor, parameters);
    sparse.addWeights(factor, parameters.sparse());
  }

  /** Undoes what a forward pass did to the parameters when nothing is learned from it. */
  public void undo(Parameters parameters) {
    sparse.undo(parameters.sparse());
  }
}
