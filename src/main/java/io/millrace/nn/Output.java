package io.millrace.nn;

import org.ejml.data.DMatrixRMaj;

/**
 * g2 and the loss that belongs to it. In all three pairings the gradient of the loss with respect
 * to Z2 is A2 - Y (canonical links: Bishop, "Pattern Recognition and Machine Learning", 4.3.6),
 * which is why {@link Network#backward} asks nothing of this class.
 *
 * <p>The losses are computed from Z2, never from A2: a saturated output would have the logarithm of
 * zero.
 */
public enum Output implements HasText {
  /** Each output is the probability of a class of its own; labels in [0, 1]. */
  SIGMOID {
    @Override
    void values(double[] z, double[] a, int outputs, int count) {
      ElementaryFunctions.sigmoid(z, a, count);
    }

    // -( y log a + (1 - y) log(1 - a) ) = max(z, 0) - z y + log(1 + exp(-|z|))
    @Override
    void losses(double[] z, double[] y, double[] losses, int outputs, int examples) {
      if (outputs > 1) {
        sums(z, y, losses, outputs, examples);
        return;
      }
      ElementaryFunctions.expOfMinusAbs(z, losses, examples);
      for (int k = 0; k < examples; k++) {
        losses[k] = Math.max(z[k], 0) - z[k] * y[k] + ElementaryFunctions.log1p(losses[k]);
      }
    }

    private void sums(double[] z, double[] y, double[] losses, int outputs, int examples) {
      for (int i = 0; i < examples; i++) {
        double loss = 0;
        for (int k = i * outputs; k < (i + 1) * outputs; k++) {
          double tail = ElementaryFunctions.log1p(ElementaryFunctions.exp(-Math.abs(z[k])));
          loss += Math.max(z[k], 0) - z[k] * y[k] + tail;
        }
        losses[i] = loss;
      }
    }

    @Override
    public boolean agree(double[] a, int fromA, double[] b, int fromB, int outputs) {
      for (int k = 0; k < outputs; k++) {
        if ((a[fromA + k] > 0.5) != (b[fromB + k] > 0.5)) {
          return false;
        }
      }
      return true;
    }
  },

  /** The outputs are the probabilities of classes that exclude each other; labels sum to 1. */
  SOFTMAX {
    // a_k = exp(z_k - max z) / sum_j exp(z_j - max z): no exponential is above 1
    @Override
    void values(double[] z, double[] a, int outputs, int count) {
      for (int from = 0; from < count; from += outputs) {
        value(z, a, from, from + outputs);
      }
    }

    private void value(double[] z, double[] a, int from, int to) {
      double max = z[largest(z, from, to)];
      double sum = 0;
      for (int k = from; k < to; k++) {
        a[k] = ElementaryFunctions.exp(z[k] - max);
        sum += a[k];
      }
      for (int k = from; k < to; k++) {
        a[k] /= sum;
      }
    }

    // -sum_k y_k log a_k = sum_k y_k ( logsumexp(z) - z_k ), both terms less max z
    @Override
    void losses(double[] z, double[] y, double[] losses, int outputs, int examples) {
      for (int i = 0; i < examples; i++) {
        losses[i] = loss(z, y, i * outputs, (i + 1) * outputs);
      }
    }

    private double loss(double[] z, double[] y, int from, int to) {
      double max = z[largest(z, from, to)];
      double sum = 0;
      for (int k = from; k < to; k++) {
        sum += ElementaryFunctions.exp(z[k] - max);
      }
      double logSum = ElementaryFunctions.log(sum);
      double loss = 0;
      for (int k = from; k < to; k++) {
        // the difference of two finite numbers may overflow, and 0 times infinity is NaN
        loss += y[k] * (logSum - Math.max(z[k] - max, -Double.MAX_VALUE));
      }
      return loss;
    }

    @Override
    public boolean agree(double[] a, int fromA, double[] b, int fromB, int outputs) {
      return largest(a, fromA, fromA + outputs) - fromA
          == largest(b, fromB, fromB + outputs) - fromB;
    }
  },

  /** The outputs are the numbers themselves: regression. */
  IDENTITY {
    @Override
    void values(double[] z, double[] a, int outputs, int count) {
      System.arraycopy(z, 0, a, 0, count);
    }

    // 1/2 sum_k (a_k - y_k)^2
    @Override
    void losses(double[] z, double[] y, double[] losses, int outputs, int examples) {
      for (int i = 0; i < examples; i++) {
        double squares = 0;
        for (int k = i * outputs; k < (i + 1) * outputs; k++) {
          double error = z[k] - y[k];
          squares += error * error;
        }
        losses[i] = squares / 2;
      }
    }

    @Override
    public boolean agree(double[] a, int fromA, double[] b, int fromB, int outputs) {
      throw new IllegalStateException("accuracy needs an output that classifies, found identity");
    }
  };

  /** Whether a prediction is a class, so that it is either right or wrong. */
  public boolean classifies() {
    return this != IDENTITY;
  }

  /** a = g2(z), for the first count elements; each outputs of them are an example. */
  abstract void values(double[] z, double[] a, int outputs, int count);

  /** The losses of the examples. */
  abstract void losses(double[] z, double[] y, double[] losses, int outputs, int examples);

  /**
   * Whether two outputs, a prediction or a label each, are of the same class. Sigmoid: every number
   * is on the same side of 0.5. Softmax: the largest, the first of equals, is at the same place.
   *
   * @param a Not modified.
   * @param fromA where it begins in its array
   * @param b Not modified.
   * @param fromB where it begins in its array
   * @param outputs n2
   * @throws IllegalStateException if this output does not classify
   */
  public abstract boolean agree(double[] a, int fromA, double[] b, int fromB, int outputs);

  /**
   * A2 = g2(Z2).
   *
   * @param zt Z2', one row an example. Not modified.
   * @param at A2', reshaped to the shape of zt. Modified.
   */
  public final void apply(DMatrixRMaj zt, DMatrixRMaj at) {
    at.reshape(zt.numRows, zt.numCols);
    values(zt.data, at.data, zt.numCols, zt.getNumElements());
  }

  /**
   * The losses of all examples, and their sum in the order of the examples. With sigmoid and
   * softmax the loss of an example is finite for every finite Z2; the squared error is infinite
   * from an error of about 1e154.
   *
   * @param zt Z2', one row an example. Not modified.
   * @param yt Y', of the same shape. Not modified.
   * @param losses one for each example. Modified.
   * @return the sum
   */
  public final double losses(DMatrixRMaj zt, DMatrixRMaj yt, double[] losses) {
    losses(zt.data, yt.data, losses, zt.numCols, zt.numRows);
    double sum = 0;
    for (int i = 0; i < zt.numRows; i++) {
      sum += losses[i];
    }
    return sum;
  }

  /**
   * The number of examples that are predicted right.
   *
   * @param at A2', one row an example. Not modified.
   * @param yt Y', of the same shape. Not modified.
   * @throws IllegalStateException if this output does not classify
   */
  public final int right(DMatrixRMaj at, DMatrixRMaj yt) {
    int count = at.getNumElements();
    int right = 0;
    for (int from = 0; from < count; from += at.numCols) {
      if (agree(at.data, from, yt.data, from, at.numCols)) {
        right++;
      }
    }
    return right;
  }

  /**
   * The most likely class of an example, as {@link #agree} has it: the largest, the first of
   * equals.
   *
   * @param at A2', one row an example. Not modified.
   * @param example its row
   */
  public static int mostLikely(DMatrixRMaj at, int example) {
    int from = example * at.numCols;
    return largest(at.data, from, from + at.numCols) - from;
  }

  /** The index of the largest of [from, to); the first of equals. */
  private static int largest(double[] values, int from, int to) {
    int largest = from;
    for (int k = from + 1; k < to; k++) {
      if (values[k] > values[largest]) {
        largest = k;
      }
    }
    return largest;
  }
}
