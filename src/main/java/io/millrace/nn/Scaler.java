package io.millrace.nn;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.ejml.data.DMatrixRMaj;

/**
 * Standard scaling as the examples come: the mean and the variance of each input over every example
 * so far, and inputs less their mean, divided by their standard deviation.
 *
 * <p>The statistics of a mini-batch are taken in two passes and merged into those before it (Chan,
 * Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances",
 * 1979, and "Algorithms for computing the sample variance", 1983; for single examples it is
 * Welford's method, Technometrics 4, 1962), so that a small spread around a large mean is not lost.
 * All sums go in the order of the examples: the same mini-batches give the same bits.
 *
 * <p>Memory: six numbers an input. Mutable, and not safe for several threads.
 */
public final class Scaler {
  /**
   * The largest magnitude of an input. Squares of larger ones would overflow; the sum of squared
   * deviations grows by less than 1e220 a mini-batch, and even the largest double plus less than
   * 1e291 rounds to the largest double.
   */
  public static final double LARGEST = 1e100;

  /** Added to the variance, so that a constant input is scaled to zero. */
  private static final double EPSILON = 1e-8;

  private long count;
  private final double[] mean;
  private final double[] squares;

  // Workspaces: of the mini-batch that is being added, and the standard deviations
  private final double[] origin;
  private final double[] batchMean;
  private final double[] batchSquares;
  private final double[] deviation;

  private Scaler(long count, double[] mean, double[] squares) {
    this.count = count;
    this.mean = mean;
    this.squares = squares;
    origin = new double[mean.length];
    batchMean = new double[mean.length];
    batchSquares = new double[mean.length];
    deviation = new double[mean.length];
  }

  /** A scaler that has seen no example. */
  public static Scaler start(int inputs) {
    return new Scaler(0, new double[inputs], new double[inputs]);
  }

  /**
   * A scaler that goes on where another one was, to the bit.
   *
   * @param count the examples it has seen
   * @param mean of each input. Copied.
   * @param squares the sum of the squared deviations of each input. Copied.
   * @throws IllegalArgumentException if these cannot be the statistics of examples
   */
  public static Scaler resume(long count, double[] mean, double[] squares) {
    requireStatistics(count, mean, squares, "sum of squared deviations");
    return new Scaler(count, mean.clone(), squares.clone());
  }

  /**
   * A scaler that goes on from published statistics.
   *
   * @param count the examples they are of
   * @param mean of each input. Not modified.
   * @param variance of each input, over the population. Not modified.
   * @throws IllegalArgumentException if these cannot be the statistics of examples
   */
  public static Scaler of(long count, double[] mean, double[] variance) {
    requireStatistics(count, mean, variance, "variance");
    return resume(count, mean, Arrays.stream(variance).map(each -> squares(each, count)).toArray());
  }

  /**
   * The sum of squared deviations of a variance. The product is rounded, and so was the quotient
   * that the variance was: up to two steps beside it lies a sum whose variance is this one, to the
   * bit, so that a model which starts from a file predicts what the file's model did.
   */
  private static double squares(double variance, long count) {
    double product = variance * count;
    double above = Math.nextUp(product);
    double below = Math.nextDown(product);
    return DoubleStream.of(product, above, below, Math.nextUp(above), Math.nextDown(below))
        .filter(each -> Double.isFinite(each) && each / count == variance)
        .findFirst()
        .orElse(product);
  }

  /** n0. */
  public int inputs() {
    return mean.length;
  }

  /** The examples seen. */
  public long count() {
    return count;
  }

  /** A copy of the mean of each input; 0 before the first example. */
  public double[] mean() {
    return mean.clone();
  }

  /** A copy of the sum of the squared deviations from the mean, of each input. */
  public double[] squares() {
    return squares.clone();
  }

  /** The variance of each input over the population; 0 before the first example. */
  public double[] variance() {
    double[] variance = new double[squares.length];
    for (int i = 0; i < variance.length; i++) {
      variance[i] = variance(i);
    }
    return variance;
  }

  /** A scaler of its own with the same statistics. */
  public Scaler copy() {
    return new Scaler(count, mean.clone(), squares.clone());
  }

  /** Takes over the statistics of another scaler of the same inputs. */
  public void set(Scaler source) {
    count = source.count;
    System.arraycopy(source.mean, 0, mean, 0, mean.length);
    System.arraycopy(source.squares, 0, squares, 0, squares.length);
  }

  /**
   * The index in the data of the first number beyond {@link #LARGEST}, NaN included.
   *
   * @param xt X', m x n0. Not modified.
   * @return -1 where all can be learned from
   */
  public static int firstTooLarge(DMatrixRMaj xt) {
    int elements = xt.getNumElements();
    for (int i = 0; i < elements; i++) {
      if (!(Math.abs(xt.data[i]) <= LARGEST)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Adds the examples of a mini-batch to the statistics.
   *
   * @param xt X', m x n0, no number beyond {@link #LARGEST}. Not modified.
   * @throws IllegalArgumentException if the number of inputs is another one
   */
  public void add(DMatrixRMaj xt) {
    requireInputs(xt);
    int m = xt.numRows;
    if (m > 0) {
      takeBatchStatistics(xt);
      merge(m);
    }
  }

  /** Modified: batchMean, batchSquares. */
  private void takeBatchStatistics(DMatrixRMaj xt) {
    double[] x = xt.data;
    int n0 = xt.numCols;
    int elements = xt.getNumElements();
    // mean = x_1 + (1/m) sum (x - x_1): exact for a constant, however large
    System.arraycopy(x, 0, origin, 0, n0);
    Arrays.fill(batchMean, 0);
    for (int row = n0; row < elements; row += n0) {
      for (int i = 0; i < n0; i++) {
        batchMean[i] += x[row + i] - origin[i];
      }
    }
    for (int i = 0; i < n0; i++) {
      batchMean[i] = origin[i] + batchMean[i] / xt.numRows;
    }
    // squares = sum (x - mean)^2
    Arrays.fill(batchSquares, 0);
    for (int row = 0; row < elements; row += n0) {
      for (int i = 0; i < n0; i++) {
        double d = x[row + i] - batchMean[i];
        batchSquares[i] += d * d;
      }
    }
  }

  /** Modified: count, mean, squares. */
  private void merge(int m) {
    double share = m / (double) (count + m);
    for (int i = 0; i < mean.length; i++) {
      // mean = mean + d m / (n + m),  squares = squares + batch's squares + d^2 n m / (n + m)
      double d = batchMean[i] - mean[i];
      mean[i] += d * share;
      squares[i] += batchSquares[i] + d * d * (count * share);
    }
    count += m;
  }

  /**
   * Scales examples by the statistics: (x - mean) / sqrt(variance + 1e-8); leaves them as they are
   * before the first example.
   *
   * @param xt X', m x n0. Not modified.
   * @param scaledXt of the same shape on return. Modified.
   * @throws IllegalArgumentException if the number of inputs is another one
   */
  public void scale(DMatrixRMaj xt, DMatrixRMaj scaledXt) {
    requireInputs(xt);
    scaledXt.reshape(xt.numRows, xt.numCols);
    double[] x = xt.data;
    double[] scaled = scaledXt.data;
    int n0 = xt.numCols;
    int elements = xt.getNumElements();
    for (int i = 0; i < n0; i++) {
      deviation[i] = deviation(i);
    }
    for (int row = 0; row < elements; row += n0) {
      for (int i = 0; i < n0; i++) {
        scaled[row + i] = (x[row + i] - mean[i]) / deviation[i];
      }
    }
  }

  /** What each input is divided by, {@code sqrt(variance + 1e-8)}; 1 before the first example. */
  public double[] deviation() {
    double[] deviations = new double[squares.length];
    for (int i = 0; i < deviations.length; i++) {
      deviations[i] = deviation(i);
    }
    return deviations;
  }

  private double deviation(int input) {
    return count == 0 ? 1 : Math.sqrt(variance(input) + EPSILON);
  }

  private double variance(int input) {
    return count == 0 ? 0 : squares[input] / count;
  }

  private void requireInputs(DMatrixRMaj xt) {
    if (xt.numCols != inputs()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "X: expected %d inputs, found %d", inputs(), xt.numCols));
    }
  }

  private static void requireStatistics(
      long count, double[] mean, double[] spread, String spreadName) {
    if (count < 0 || mean.length != spread.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "scaler: expected a count that is not negative and as many means as numbers of the %s, found %d, %d, %d",
              spreadName,
              count,
              mean.length,
              spread.length));
    }
    for (int i = 0; i < mean.length; i++) {
      if (!Double.isFinite(mean[i]) || !Double.isFinite(spread[i]) || spread[i] < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "scaler: expected a finite mean and a finite %s of at least 0, found %s and %s at index %d",
                spreadName,
                mean[i],
                spread[i],
                i));
      }
    }
  }
}
