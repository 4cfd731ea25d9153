package io.millrace.learn;

import io.millrace.example.MiniBatch;
import io.millrace.nn.Architecture;
import java.util.OptionalDouble;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;

/** Mini-batches for tests: from arrays, and seeded random ones that a network can learn. */
public final class Batches {
  private Batches() {}

  /** A constant rate, and nothing else that shapes an update. */
  static Training rate(double rate) {
    return new Training(updates -> rate, 0, OptionalDouble.empty());
  }

  /** One row an example. */
  public static MiniBatch of(double[][] xs, double[][] ys) {
    MiniBatch batch = new MiniBatch(xs[0].length, ys[0].length, xs.length);
    for (int example = 0; example < xs.length; example++) {
      int m = batch.size();
      System.arraycopy(xs[example], 0, batch.xt().data, m * batch.inputs(), batch.inputs());
      System.arraycopy(ys[example], 0, batch.yt().data, m * batch.outputs(), batch.outputs());
      batch.append(0, example);
    }
    return batch;
  }

  /** Inputs around 0 with standard deviation 1 and labels, right for the output, that follow. */
  public static MiniBatch random(Architecture shape, int m, Random random) {
    double[][] xs = new double[m][shape.inputs()];
    double[][] ys = new double[m][];
    for (int example = 0; example < m; example++) {
      for (int i = 0; i < xs[example].length; i++) {
        xs[example][i] = random.nextGaussian();
      }
      ys[example] = label(shape, xs[example], random);
    }
    return of(xs, ys);
  }

  /**
   * The same with sparse inputs, of which an example has up to six, in any order and some of them
   * twice, more often the first ones.
   */
  public static MiniBatch sparse(Architecture shape, int m, Random random) {
    int ns = shape.sparseInputs();
    MiniBatch batch = new MiniBatch(shape.inputs(), ns, shape.outputs(), m);
    for (int example = 0; example < m; example++) {
      double[] x = new double[shape.inputs() + ns];
      for (int i = 0; i < shape.inputs(); i++) {
        x[i] = random.nextGaussian();
      }
      batch.beginSparse();
      for (int k = random.nextInt(7); k > 0; k--) {
        int row = (int) (ns * random.nextDouble() * random.nextDouble());
        double value = random.nextInt(3) == 0 ? random.nextGaussian() : 1 - 2 * random.nextInt(2);
        batch.addSparse(row, value);
        x[shape.inputs() + row] += value;
      }
      System.arraycopy(x, 0, batch.xt().data, example * shape.inputs(), shape.inputs());
      double[] y = label(shape, x, random);
      System.arraycopy(y, 0, batch.yt().data, example * y.length, y.length);
      batch.append(0, example);
    }
    return batch;
  }

  /** A noisy function of the inputs. */
  static double[] label(Architecture shape, double[] x, Random random) {
    double[] y = new double[shape.outputs()];
    int largest = 0;
    for (int k = 0; k < y.length; k++) {
      y[k] = random.nextGaussian() / 2;
      for (int i = 0; i < x.length; i++) {
        y[k] += Math.sin(1 + i + 2 * k) * x[i];
      }
      largest = y[k] > y[largest] ? k : largest;
    }
    for (int k = 0; k < y.length; k++) {
      y[k] =
          switch (shape.output()) {
            case SIGMOID -> y[k] > 0 ? 1 : 0;
            case SOFTMAX -> k == largest ? 1 : 0;
            case IDENTITY -> y[k];
          };
    }
    return y;
  }

  /** Both blocks of X as one: a row of nd + ns numbers an example. */
  static double[][] allInputs(MiniBatch batch) {
    double[][] rows = new double[batch.size()][batch.inputs() + batch.sparseInputs()];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(batch.xt().data, i * batch.inputs(), rows[i], 0, batch.inputs());
      for (int k = batch.xs().col_idx[i]; k < batch.xs().col_idx[i + 1]; k++) {
        rows[i][batch.inputs() + batch.xs().nz_rows[k]] = batch.xs().nz_values[k];
      }
    }
    return rows;
  }

  /** The rows of a matrix. */
  static double[][] rows(DMatrixRMaj matrix) {
    double[][] rows = new double[matrix.numRows][matrix.numCols];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(matrix.data, row * matrix.numCols, rows[row], 0, matrix.numCols);
    }
    return rows;
  }
}
