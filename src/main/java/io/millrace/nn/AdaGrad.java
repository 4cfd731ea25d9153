package io.millrace.nn;

import java.util.List;

/**
 * AdaGrad, each parameter with a rate of its own that falls with the gradients it has seen: Duchi,
 * Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization",
 * JMLR 12, 2011 (the diagonal form). Fits rare inputs, such as one-hot categories.
 *
 * <p>Memory: one number a parameter.
 */
public final class AdaGrad implements Optimizer {
  private static final double EPSILON = 1e-8;

  private final Parameters squares;

  /**
   * @param squares G. Kept, and modified by every step.
   */
  AdaGrad(Parameters squares) {
    this.squares = squares;
  }

  @Override
  public OptimizerKind kind() {
    return OptimizerKind.ADAGRAD;
  }

  @Override
  public List<Parameters> state() {
    return List.of(squares);
  }

  @Override
  public void update(Parameters parameters, Gradients gradients, double learningRate) {
    gradients.dense().requireShapeOf(parameters, "gradients");
    squares.requireShapeOf(parameters, "squares");

    for (int i = 0; i < parameters.matrices().size(); i++) {
      double[] w = parameters.matrices().get(i).data;
      double[] dw = gradients.dense().matrices().get(i).data;
      double[] g = squares.matrices().get(i).data;
      int count = parameters.matrices().get(i).getNumElements();
      for (int k = 0; k < count; k++) {
        // G = G + dW^2
        g[k] += dw[k] * dw[k];
        // W = W - learningRate * dW / (sqrt(G) + epsilon)
        w[k] -= learningRate * dw[k] / (Math.sqrt(g[k]) + EPSILON);
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

  /** The same of one row, whose squares lie behind its weights. */
  private static void step(double[] w, int at, double[] dw, int from, int n, double learningRate) {
    for (int k = 0; k < n; k++) {
      double d = dw[from + k];
      double g = w[at + n + k] + d * d;
      w[at + n + k] = g;
      w[at + k] -= learningRate * d / (Math.sqrt(g) + EPSILON);
    }
  }
}
