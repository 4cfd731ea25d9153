package io.millrace.nn;

import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Plain stochastic gradient descent: Robbins and Monro, "A stochastic approximation method", Annals
 * of Mathematical Statistics 22, 1951. Keeps no state.
 */
public final class Sgd implements Optimizer {
  @Override
  public OptimizerKind kind() {
    return OptimizerKind.SGD;
  }

  @Override
  public void update(Parameters parameters, Parameters gradients, double learningRate) {
    gradients.requireShapeOf(parameters, "gradients");

    // W = W - learningRate * dW,  b = b - learningRate * db
    for (int i = 0; i < parameters.matrices().size(); i++) {
      CommonOps_DDRM.addEquals(
          parameters.matrices().get(i), -learningRate, gradients.matrices().get(i));
    }
  }
}
