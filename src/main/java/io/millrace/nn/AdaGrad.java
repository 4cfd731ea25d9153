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
  public void update(Parameters parameters, Parameters gradients, double learningRate) {
    gradients.requireShapeOf(parameters, "gradients");
    squares.requireShapeOf(parameters, "squares");

    for (int i = 0; i < parameters.matrices().size(); i++) {
      double[] w = parameters.matrices().get(i).data;
      double[] dw = gradients.matrices().get(i).data;
      double[] g = squares.matrices().get(i).data;
      int count = parameters.matrices().get(i).getNumElements();
      for (int k = 0; k < count; k++) {
        // G = G + dW^2
        g[k] += dw[k] * dw[k];
        // W = W - learningRate * dW / (sqrt(G) + epsilon)
        w[k] -= learningRate * dw[k] / (Math.sqrt(g[k]) + EPSILON);
      }
    }
  }
}
