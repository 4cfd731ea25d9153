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
  public void update(Parameters parameters, Gradients gradients, double learningRate) {
    gradients.dense().requireShapeOf(parameters, "gradients");

    // W = W - learningRate * dW,  b = b - learningRate * db
    for (int i = 0; i < parameters.matrices().size(); i++) {
      CommonOps_DDRM.addEquals(
          parameters.matrices().get(i), -learningRate, gradients.dense().matrices().get(i));
    }

    SparseRows rows = parameters.sparse();
    rows.keep(kind().arrays());
    TouchedRows touched = gradients.sparse();
    int n1 = rows.hidden();
    for (int i = 0; i < touched.count(); i++) {
      int slot = touched.slot(i);
      step(rows.chunk(slot), rows.start(slot), touched.dw1t(), i * n1, n1, -learningRate);
    }
  }

  private static void step(double[] w, int at, double[] dw, int from, int n, double factor) {
    for (int k = 0; k < n; k++) {
      w[at + k] += factor * dw[from + k];
    }
  }
}
