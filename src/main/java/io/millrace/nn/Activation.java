package io.millrace.nn;

import org.ejml.data.DMatrixRMaj;

/** g1: what a hidden unit makes of its weighted sum, element by element. */
public enum Activation {
  TANH("tanh", 1) {
    @Override
    double value(double z) {
      return StrictMath.tanh(z);
    }

    @Override
    double derivative(double a, double z) {
      return 1 - a * a;
    }
  },

  SIGMOID("sigmoid", 1) {
    @Override
    double value(double z) {
      return 1 / (1 + StrictMath.exp(-z));
    }

    @Override
    double derivative(double a, double z) {
      return a * (1 - a);
    }
  },

  RELU("relu", 2) {
    @Override
    double value(double z) {
      return Math.max(z, 0); // keeps a NaN, which a comparison would turn into 0
    }

    @Override
    double derivative(double a, double z) {
      return z > 0 ? 1 : 0;
    }
  },

  /**
   * Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
   */
  LEAKY_RELU("leaky-relu", 2) {
    @Override
    double value(double z) {
      return z > 0 ? z : SLOPE * z;
    }

    @Override
    double derivative(double a, double z) {
      return z > 0 ? 1 : SLOPE;
    }
  };

  /** Of the leaky ReLU, left of zero. */
  public static final double SLOPE = 0.01;

  private final String text;
  private final double gain;

  Activation(String text, double gain) {
    this.text = text;
    this.gain = gain;
  }

  /** The name in configurations and documents. */
  public String text() {
    return text;
  }

  /** The variance of the initial weights times the number of inputs to the layer. */
  double gain() {
    return gain;
  }

  /** g(z). */
  abstract double value(double z);

  /** g'(z), from whichever of a = g(z) and z makes it cheap. */
  abstract double derivative(double a, double z);

  /**
   * A = g(Z).
   *
   * @param zt Z'. Not modified.
   * @param at A', reshaped to the shape of zt. Modified.
   */
  final void apply(DMatrixRMaj zt, DMatrixRMaj at) {
    at.reshape(zt.numRows, zt.numCols);
    double[] z = zt.data;
    double[] a = at.data;
    int count = zt.getNumElements();
    for (int i = 0; i < count; i++) {
      a[i] = value(z[i]);
    }
  }

  /**
   * dZ = dZ * g'(Z), element by element.
   *
   * @param at A' = g(Z'). Not modified.
   * @param zt Z', of the same shape. Not modified.
   * @param dzt the gradient with respect to A' on entry, to Z' on return; of the same shape.
   *     Modified.
   */
  final void multiplyByDerivative(DMatrixRMaj at, DMatrixRMaj zt, DMatrixRMaj dzt) {
    double[] a = at.data;
    double[] z = zt.data;
    double[] dz = dzt.data;
    int count = dzt.getNumElements();
    for (int i = 0; i < count; i++) {
      dz[i] *= derivative(a[i], z[i]);
    }
  }
}
