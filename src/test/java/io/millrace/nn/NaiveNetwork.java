package io.millrace.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The oracle: one example at a time, in scalars, after the formulas for m = 1 of the mathematics.
 * Shares no code with the package, nor its layout, nor its way to the losses.
 */
final class NaiveNetwork {
  private final Architecture architecture;
  private final double[][] w1;
  private final double[] b1;
  private final double[][] w2;
  private final double[] b2;

  // of the last example
  final double[] z1;
  final double[] a1;
  final double[] z2;
  double[] a2 = {};

  // sums over the examples learned
  final double[][] dw1;
  final double[] db1;
  final double[][] dw2;
  final double[] db2;
  double loss;
  int examples;

  NaiveNetwork(Architecture architecture, Parameters parameters) {
    this.architecture = architecture;
    w1 = parameters.w1();
    b1 = parameters.b1Array();
    w2 = parameters.w2();
    b2 = parameters.b2Array();
    z1 = new double[b1.length];
    a1 = new double[b1.length];
    z2 = new double[b2.length];
    dw1 = new double[b1.length][architecture.inputs()];
    dw2 = new double[b2.length][b1.length];
    db1 = new double[b1.length];
    db2 = new double[b2.length];
  }

  void forward(double[] x) {
    for (int j = 0; j < z1.length; j++) {
      z1[j] = b1[j];
      for (int i = 0; i < x.length; i++) {
        z1[j] += w1[j][i] * x[i];
      }
      a1[j] = g1(z1[j]);
    }
    for (int k = 0; k < z2.length; k++) {
      z2[k] = b2[k];
      for (int j = 0; j < z1.length; j++) {
        z2[k] += w2[k][j] * a1[j];
      }
    }
    a2 = g2(z2);
  }

  void learn(double[] x, double[] y) {
    forward(x);
    examples++;
    loss += loss(y);
    double[] dz2 = new double[z2.length];
    for (int k = 0; k < z2.length; k++) {
      dz2[k] = a2[k] - y[k];
      db2[k] += dz2[k];
      for (int j = 0; j < z1.length; j++) {
        dw2[k][j] += dz2[k] * a1[j];
      }
    }
    for (int j = 0; j < z1.length; j++) {
      double da1 = 0;
      for (int k = 0; k < z2.length; k++) {
        da1 += w2[k][j] * dz2[k];
      }
      double dz1 = da1 * g1Derivative(z1[j]);
      db1[j] += dz1;
      for (int i = 0; i < x.length; i++) {
        dw1[j][i] += dz1 * x[i];
      }
    }
  }

  /** W1 row by row, b1, W2 row by row, b2; live. */
  List<double[]> parameterRows() {
    return rows(w1, b1, w2, b2);
  }

  /** The sums of the gradients, in the order of {@link #parameterRows}; live. */
  List<double[]> gradientRows() {
    return rows(dw1, db1, dw2, db2);
  }

  /** Starts the sums of the next mini-batch. */
  void forget() {
    gradientRows().forEach(row -> Arrays.fill(row, 0));
    loss = 0;
    examples = 0;
  }

  private static List<double[]> rows(
      double[][] first, double[] b1, double[][] second, double[] b2) {
    List<double[]> rows = new ArrayList<>(Arrays.asList(first));
    rows.add(b1);
    rows.addAll(Arrays.asList(second));
    rows.add(b2);
    return rows;
  }

  private double g1(double z) {
    return switch (architecture.activation()) {
      case TANH -> (Math.exp(2 * z) - 1) / (Math.exp(2 * z) + 1);
      case SIGMOID -> sigmoid(z);
      case RELU -> z > 0 ? z : 0;
      case LEAKY_RELU -> z > 0 ? z : z / 100;
    };
  }

  private double g1Derivative(double z) {
    return switch (architecture.activation()) {
      case TANH -> 1 / (Math.cosh(z) * Math.cosh(z));
      case SIGMOID -> sigmoid(z) * sigmoid(-z);
      case RELU -> z > 0 ? 1 : 0;
      case LEAKY_RELU -> z > 0 ? 1 : 0.01;
    };
  }

  private double[] g2(double[] z) {
    double[] a = new double[z.length];
    double sum = 0;
    for (double each : z) {
      sum += Math.exp(each);
    }
    for (int k = 0; k < z.length; k++) {
      a[k] =
          switch (architecture.output()) {
            case SIGMOID -> sigmoid(z[k]);
            case SOFTMAX -> Math.exp(z[k]) / sum;
            case IDENTITY -> z[k];
          };
    }
    return a;
  }

  private double loss(double[] y) {
    double loss = 0;
    for (int k = 0; k < y.length; k++) {
      double a = a2[k];
      loss +=
          switch (architecture.output()) {
            case SIGMOID -> -(y[k] * Math.log(a) + (1 - y[k]) * Math.log(1 - a));
            case SOFTMAX -> -y[k] * Math.log(a);
            case IDENTITY -> (a - y[k]) * (a - y[k]) / 2;
          };
    }
    return loss;
  }

  private static double sigmoid(double z) {
    return 1 / (1 + Math.exp(-z));
  }
}
