package io.millrace.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;

/**
 * A seeded network, its parameters and a mini-batch that fits them.
 *
 * @param xt X', m x n0
 * @param yt Y', m x n2: one-hot for softmax, 0 or 1 for sigmoid, normal for identity
 */
record Problem(Architecture architecture, Parameters parameters, DMatrixRMaj xt, DMatrixRMaj yt) {

  /** {n0, n1, n2}: below and above the size where EJML changes its kernels, and single columns. */
  private static final int[][] SHAPES = {{1, 1, 1}, {2, 4, 1}, {3, 5, 2}, {5, 17, 3}, {16, 3, 16}};

  /** No hidden unit may be so near zero that a finite difference steps over a kink. */
  private static final double FROM_KINK = 0.02;

  /** Every activation with every output in every shape that the output allows. */
  static List<Architecture> architectures() {
    List<Architecture> architectures = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      for (Output output : Output.values()) {
        for (int[] n : SHAPES) {
          if (output != Output.SOFTMAX || n[2] > 1) {
            architectures.add(new Architecture(n[0], n[1], n[2], activation, output));
          }
        }
      }
    }
    return architectures;
  }

  static Problem random(Architecture architecture, int m, long seed) {
    Random random = new Random(seed);
    Parameters parameters = Parameters.random(architecture, seed, OptionalDouble.empty());
    fill(parameters.b1(), random, 0.5); // zero biases would hide a mistake in them
    fill(parameters.b2(), random, 0.5);
    DMatrixRMaj xt = new DMatrixRMaj(m, architecture.inputs());
    DMatrixRMaj yt = new DMatrixRMaj(m, architecture.outputs());
    for (int example = 0; example < m; example++) {
      drawInputs(architecture, parameters, random, example, xt);
      drawLabels(architecture.output(), random, example, yt);
    }
    return new Problem(architecture, parameters, xt, yt);
  }

  double[] x(int example) {
    return row(xt, example);
  }

  double[] y(int example) {
    return row(yt, example);
  }

  int m() {
    return xt.numRows;
  }

  static double[] row(DMatrixRMaj matrix, int row) {
    double[] values = new double[matrix.numCols];
    System.arraycopy(matrix.data, row * matrix.numCols, values, 0, values.length);
    return values;
  }

  static DMatrixRMaj rowMatrix(double... values) {
    return new DMatrixRMaj(1, values.length, true, values);
  }

  private static void drawInputs(
      Architecture architecture,
      Parameters parameters,
      Random random,
      int example,
      DMatrixRMaj xt) {
    NaiveNetwork naive = new NaiveNetwork(architecture, parameters);
    boolean nearKink = true;
    while (nearKink) {
      for (int i = 0; i < xt.numCols; i++) {
        xt.set(example, i, 4 * random.nextDouble() - 2);
      }
      naive.forward(row(xt, example));
      nearKink = false;
      for (double z : naive.z1) {
        nearKink |= Math.abs(z) < FROM_KINK;
      }
    }
  }

  private static void drawLabels(Output output, Random random, int example, DMatrixRMaj yt) {
    int hot = random.nextInt(yt.numCols);
    for (int k = 0; k < yt.numCols; k++) {
      double label =
          switch (output) {
            case SIGMOID -> random.nextInt(2);
            case SOFTMAX -> k == hot ? 1 : 0;
            case IDENTITY -> random.nextGaussian();
          };
      yt.set(example, k, label);
    }
  }

  private static void fill(DMatrixRMaj matrix, Random random, double deviation) {
    for (int i = 0; i < matrix.getNumElements(); i++) {
      matrix.data[i] = deviation * random.nextGaussian();
    }
  }
}
