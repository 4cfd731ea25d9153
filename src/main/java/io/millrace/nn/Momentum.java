package io.millrace.nn;

import java.util.List;

/**
 * Gradient descent with classical momentum, the heavy ball: Polyak, "Some methods of speeding up
 * the convergence of iteration methods", USSR Computational Mathematics and Mathematical Physics 4,
 * 1964; in the form without the rate inside the velocity, as PyTorch has it, compared in Sutskever,
 * Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning",
 * ICML 2013. A steady gradient moves the parameters ten times as far as plain descent would.
 *
 * <p>Memory: one number a parameter.
 */
public final class Momentum implements Optimizer {
  private static final double MOMENTUM = 0.9;

  private final Parameters velocity;

  /**
   * @param velocity V. Kept, and modified by every step.
   */
  Momentum(Parameters velocity) {
    this.velocity = velocity;
  }

  @Override
  public OptimizerKind kind() {
    return OptimizerKind.MOMENTUM;
  }

  @Override
  public List<Parameters> state() {
    return List.of(velocity);
  }

  @Override
  public void update(Parameters parameters, Gradients gradients, double learningRate) {
    gradients.dense().requireShapeOf(parameters, "gradients");
    velocity.requireShapeOf(parameters, "velocity");

    for (int i = 0; i < parameters.matrices().size(); i++) {
      double[] w = parameters.matrices().get(i).data;
      double[] dw = gradients.dense().matrices().get(i).data;
      double[] v = velocity.matrices().get(i).data;
      int count = parameters.matrices().get(i).getNumElements();
      for (int k = 0; k < count; k++) {
        // V = 0.9 V + dW
        v[k] = MOMENTUM * v[k] + dw[k];
        // W = W - learningRate * V
        w[k] -= learningRate * v[k];
      }
    }

    SparseRows rows = parameters.sparse();
    rows.keep(kind().arrays());
    TouchedRows touched = gradients.sparse();
    int n1 = rows.hidden();
    for (int i = 0; i < touched.count(); i++) {
      int slot = touched.slot(i);
      step(rows.chunk(slot), rows.start(slot), touched.dw1t(), i * n1, n1, learningRate);
    }
  }

  /** The same of one row, whose velocity lies behind its weights. */
  private static void step(double[] w, int at, double[] dw, int from, int n, double learningRate) {
    for (int k = 0; k < n; k++) {
      double v = MOMENTUM * w[at + n + k] + dw[from + k];
      w[at + n + k] = v;
      w[at + k] -= learningRate * v;
    }
  }
}
