package io.millrace.nn;

import org.ejml.dense.row.CommonOps_DDRM;

/** Plain stochastic gradient descent; keeps no state and allocates nothing. */
public final class Sgd implements Optimizer {
  @Override
  public void update(Parameters parameters, Parameters gradients, double learningRate) {
    gradients.requireShape(
        "gradients", parameters.inputs(), parameters.hidden(), parameters.outputs());

    // W = W - learningRate * dW,  b = b - learningRate * db
    for (int i = 0; i < parameters.matrices().size(); i++) {
      CommonOps_DDRM.addEquals(
          parameters.matrices().get(i), -learningRate, gradients.matrices().get(i));
    }
  }
}
