package io.millrace.nn;

import org.ejml.data.DMatrixRMaj;

/** g1: what a hidden unit makes of its weighted sum, element by element. */
public enum Activation implements HasText {
  TANH(1) {
    @Override
    void values(double[] z, double[] a, int count) {
      ElementaryFunctions.tanh(z, a, count);
    }

    @Override
    void multiplyByDerivative(double[] a, double[] z, double[] dz, int count) {
      for (int i = 0; i < count; i++) {
        dz[i] *= 1 - a[i] * a[i];
      }
    }
  },

  SIGMOID(1) {
    @Override
    void values(double[] z, double[] a, int count) {
      ElementaryFunctions.sigmoid(z, a, count);
    }

    @Override
    void multiplyByDerivative(double[] a, double[] z, double[] dz, int count) {
      for (int i = 0; i < count; i++) {
        dz[i] *= a[i] * (1 - a[i]);
      }
    }
  },

  RELU(2) {
    @Override
    void values(double[] z, double[] a, int count) {
      for (int i = 0; i < count; i++) {
        a[i] = Math.max(z[i], 0); // keeps a NaN, which a comparison would turn into 0
      }
    }

    @Override
    void multiplyByDerivative(double[] a, double[] z, double[] dz, int count) {
      for (int i = 0; i < count; i++) {
        dz[i] *= z[i] > 0 ? 1 : 0;
      }
    }
  },

  /**
   * Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
   */
  LEAKY_RELU(2) {
    @Override
    void values(double[] z, double[] a, int count) {
      for (int i = 0; i < count; i++) {
        a[i] = z[i] > 0 ? z[i] : SLOPE * z[i];
      }
    }

    @Override
    void multiplyByDerivative(double[] a, double[] z, double[] dz, int count) {
      for (int i = 0; i < count; i++) {
        dz[i] *= z[i] > 0 ? 1 : SLOPE;
      }
    }
  };

  /** Of the leaky ReLU, left of zero. */
  public static final double SLOPE = 0.01;

  private final double gain;

  Activation(double gain) {
    this.gain = gain;
  }

  /** The variance of the initial weights times the number of inputs to the layer. */
  double gain() {
    return gain;
  }

  /** Whether a unit has no gradient, or nearly none, where its weighted sum is not above 0. */
  boolean canSleep() {
    return this == RELU || this == LEAKY_RELU;
  }

  /** a = g(z), for the first count elements. One loop a function, so that it can be vectorised. */
  abstract void values(double[] z, double[] a, int count);

  /** dz = dz g'(z), for the first count elements, from whichever of a = g(z) and z is cheap. */
  abstract void multiplyByDerivative(double[] a, double[] z, double[] dz, int count);

  /**
   * A = g(Z).
   *
   * @param zt Z'. Not modified.
   * @param at A', reshaped to the shape of zt. Modified.
   */
  final void apply(DMatrixRMaj zt, DMatrixRMaj at) {
    at.reshape(zt.numRows, zt.numCols);
    values(zt.data, at.data, zt.getNumElements());
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
    multiplyByDerivative(at.data, zt.data, dzt.data, dzt.getNumElements());
  }
}
