package io.millrace.nn;

import java.util.List;

/**
 * Adam, a step by the moving average of the gradient over the root of that of its square: Kingma
 * and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1, with its default
 * constants. Both averages start from zero and are corrected for it; t, which the correction needs,
 * counts the steps of this optimiser, not the updates in the model.
 *
 * <p>Memory: two numbers a parameter.
 */
public final class Adam implements Optimizer {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final Parameters mean;
  private final Parameters square;
  private long steps;

  /**
   * @param steps t
   * @param mean M, of the gradient. Kept, and modified by every step.
   * @param square V, of its square. Kept, and modified by every step.
   */
  Adam(long steps, Parameters mean, Parameters square) {
    this.steps = steps;
    this.mean = mean;
    this.square = square;
  }

  @Override
  public OptimizerKind kind() {
    return OptimizerKind.ADAM;
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public List<Parameters> state() {
    return List.of(mean, square);
  }

  @Override
  public void update(Parameters parameters, Gradients gradients, double learningRate) {
    gradients.dense().requireShapeOf(parameters, "gradients");
    mean.requireShapeOf(parameters, "mean");
    square.requireShapeOf(parameters, "square");

    steps++;
    double correction1 = 1 - StrictMath.pow(BETA1, (double) steps);
    double correction2 = 1 - StrictMath.pow(BETA2, (double) steps);
    for (int i = 0; i < parameters.matrices().size(); i++) {
      double[] w = parameters.matrices().get(i).data;
      double[] dw = gradients.dense().matrices().get(i).data;
      double[] m = mean.matrices().get(i).data;
      double[] v = square.matrices().get(i).data;
      int count = parameters.matrices().get(i).getNumElements();
      for (int k = 0; k < count; k++) {
        // M = beta1 M + (1 - beta1) dW,  V = beta2 V + (1 - beta2) dW^2
        m[k] = BETA1 * m[k] + (1 - BETA1) * dw[k];
        v[k] = BETA2 * v[k] + (1 - BETA2) * (dw[k] * dw[k]);
        // W = W - learningRate * ( M / (1 - beta1^t) ) / ( sqrt( V / (1 - beta2^t) ) + epsilon )
        w[k] -= learningRate * (m[k] / correction1) / (Math.sqrt(v[k] / correction2) + EPSILON);
      }
    }

    SparseRows rows = parameters.sparse();
    rows.keep(kind().arrays());
    TouchedRows touched = gradients.sparse();
    int n1 = rows.hidden();
    for (int i = 0; i < touched.count(); i++) {
      int slot = touched.slot(i);
      step(
          rows.chunk(slot),
          rows.start(slot),
          touched.dw1t(),
          i * n1,
          n1,
          learningRate,
          correction1,
          correction2);
    }
  }

  /** The same of one row: M lies behind its weights, V behind M. */
  private static void step(
      double[] w,
      int at,
      double[] dw,
      int from,
      int n,
      double learningRate,
      double correction1,
      double correction2) {
    for (int k = 0; k < n; k++) {
      double d = dw[from + k];
      double m = BETA1 * w[at + n + k] + (1 - BETA1) * d;
      double v = BETA2 * w[at + 2 * n + k] + (1 - BETA2) * (d * d);
      w[at + n + k] = m;
      w[at + 2 * n + k] = v;
      w[at + k] -= learningRate * (m / correction1) / (Math.sqrt(v / correction2) + EPSILON);
    }
  }
}
