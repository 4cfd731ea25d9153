package io.millrace.nn;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DMatrixSparseCSC;
import org.jspecify.annotations.Nullable;

/**
 * The products on the vectors of the processor, in the arithmetic of {@link FusedKernel}, bit for
 * bit: a lane is a column of the result, so that no sum depends on how many lanes there are.
 *
 * <p>As in every fast product (Goto and van de Geijn, "Anatomy of high-performance matrix
 * multiplication", ACM TOMS 34, 2008) the inner loop keeps a tile of the result in registers:
 * {@link #ROWS} rows of {@link #WIDTH} columns, two vectors each. What it multiplies with is copied
 * before into panels of WIDTH columns, read from the first to the last number; where a panel has
 * fewer, the rest is zero and its results go to a buffer.
 *
 * <p>Compiled apart from all else, because it needs a module that a JVM may not have. Small
 * methods, because C1 gives up on large ones that use vectors, and C2 then never gets to see them.
 */
final class VectorKernel implements Kernel {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int WIDTH = 2 * LANES;
  private static final int ROWS = 8;

  /** Products before a tile is put down: what keeps the panel, 16 KB, in the first-level cache. */
  private static final int DEPTH = 128;

  private static final double[] ZEROS = new double[WIDTH];

  private final double[] parts = new double[4 * FusedKernel.NARROW];
  private final double[] bias = new double[WIDTH];
  private double[] panel = {};
  private double[] columns = {};
  private double[] buffer = {};
  private final DMatrixRMaj w = new DMatrixRMaj(0, 0);

  /**
   * Whether the processor has fused multiply-add: those with fewer than four lanes have none, but
   * for ARM's. Without it, each would be computed with big decimals.
   */
  static boolean isFast() {
    return LANES >= 4 || System.getProperty("os.arch").equals("aarch64");
  }

  @Override
  public void forward(DMatrixRMaj wt, DMatrixRMaj at, DMatrixRMaj b, DMatrixRMaj zt) {
    product(at, wt, b.data, zt);
  }

  @Override
  public void backward(DMatrixRMaj wt, DMatrixRMaj dzt, DMatrixRMaj dat) {
    w.reshape(wt.numCols, wt.numRows);
    for (int k = 0; k < wt.numRows; k++) {
      for (int j = 0; j < wt.numCols; j++) {
        w.data[j * wt.numRows + k] = wt.data[k * wt.numCols + j];
      }
    }
    product(dzt, w, null, dat);
  }

  /** C = A B + start, start being one row, or null for zeros. */
  private void product(DMatrixRMaj a, DMatrixRMaj b, double @Nullable [] start, DMatrixRMaj c) {
    if (b.numCols < FusedKernel.NARROW) {
      narrowProduct(a, b, start, c);
      return;
    }
    for (int j = 0; j < b.numCols; j += WIDTH) {
      int width = Math.min(WIDTH, b.numCols - j);
      double[] first = ZEROS;
      if (start != null) {
        System.arraycopy(start, j, bias, 0, width);
        first = bias;
      }
      if (width == WIDTH) {
        panelProduct(a, b, j, width, first, c.data, j, c.numCols);
      } else {
        buffer = atLeast(buffer, a.numRows * WIDTH);
        panelProduct(a, b, j, width, first, buffer, 0, WIDTH);
        for (int i = 0; i < a.numRows; i++) {
          for (int k = 0; k < width; k++) {
            c.data[i * c.numCols + j + k] = buffer[i * WIDTH + k];
          }
        }
      }
    }
  }

  private void panelProduct(
      DMatrixRMaj a,
      DMatrixRMaj b,
      int column,
      int width,
      double[] first,
      double[] c,
      int fromC,
      int stepC) {
    int m = a.numRows;
    int n = a.numCols;
    for (int k = 0; k < n; k += DEPTH) {
      int depth = Math.min(DEPTH, n - k);
      double[] p = b.data;
      int fromP = k * WIDTH;
      if (b.numCols != WIDTH) {
        panel = atLeast(panel, depth * WIDTH);
        p = pack(b.data, k * b.numCols + column, b.numCols, depth, width, 0);
        fromP = 0;
      }
      double[] init = k == 0 ? first : c;
      for (int i = 0; i < m; i += ROWS) {
        int rows = Math.min(ROWS, m - i);
        int to = fromC + i * stepC;
        tileOfRows(
            depth,
            rows,
            a.data,
            i * n + k,
            n,
            p,
            fromP,
            init,
            k == 0 ? 0 : to,
            k == 0 ? 0 : stepC,
            c,
            to,
            stepC);
      }
    }
  }

  /** Copies a panel: depth rows of WIDTH numbers, of which width are there, the others zero. */
  private double[] pack(double[] b, int from, int step, int depth, int width, int to) {
    double[] p = panel;
    if (width == WIDTH) {
      for (int k = 0; k < depth; k++) {
        DoubleVector.fromArray(SPECIES, b, from + k * step).intoArray(p, to + k * WIDTH);
        DoubleVector.fromArray(SPECIES, b, from + k * step + LANES)
            .intoArray(p, to + k * WIDTH + LANES);
      }
    } else {
      for (int k = 0; k < depth; k++) {
        for (int j = 0; j < WIDTH; j++) {
          p[to + k * WIDTH + j] = j < width ? b[from + k * step + j] : 0;
        }
      }
    }
    return p;
  }

  private static double[] atLeast(double[] array, int length) {
    return array.length < length ? new double[length] : array;
  }

  /** C = init + A P, a tile. Rows beyond those that there are repeat the last one. */
  private static void tileOfRows(
      int depth,
      int rows,
      double[] a,
      int fromA,
      int stepA,
      double[] p,
      int fromP,
      double[] init,
      int fromInit,
      int stepInit,
      double[] c,
      int fromC,
      int stepC) {
    int r1 = Math.min(1, rows - 1);
    int r2 = Math.min(2, rows - 1);
    int r3 = Math.min(3, rows - 1);
    int r4 = Math.min(4, rows - 1);
    int r5 = Math.min(5, rows - 1);
    int r6 = Math.min(6, rows - 1);
    int r7 = Math.min(7, rows - 1);
    int a1 = fromA + r1 * stepA;
    int a2 = fromA + r2 * stepA;
    int a3 = fromA + r3 * stepA;
    int a4 = fromA + r4 * stepA;
    int a5 = fromA + r5 * stepA;
    int a6 = fromA + r6 * stepA;
    int a7 = fromA + r7 * stepA;
    DoubleVector x0 = DoubleVector.fromArray(SPECIES, init, fromInit);
    DoubleVector y0 = DoubleVector.fromArray(SPECIES, init, fromInit + LANES);
    DoubleVector x1 = DoubleVector.fromArray(SPECIES, init, fromInit + r1 * stepInit);
    DoubleVector y1 = DoubleVector.fromArray(SPECIES, init, fromInit + r1 * stepInit + LANES);
    DoubleVector x2 = DoubleVector.fromArray(SPECIES, init, fromInit + r2 * stepInit);
    DoubleVector y2 = DoubleVector.fromArray(SPECIES, init, fromInit + r2 * stepInit + LANES);
    DoubleVector x3 = DoubleVector.fromArray(SPECIES, init, fromInit + r3 * stepInit);
    DoubleVector y3 = DoubleVector.fromArray(SPECIES, init, fromInit + r3 * stepInit + LANES);
    DoubleVector x4 = DoubleVector.fromArray(SPECIES, init, fromInit + r4 * stepInit);
    DoubleVector y4 = DoubleVector.fromArray(SPECIES, init, fromInit + r4 * stepInit + LANES);
    DoubleVector x5 = DoubleVector.fromArray(SPECIES, init, fromInit + r5 * stepInit);
    DoubleVector y5 = DoubleVector.fromArray(SPECIES, init, fromInit + r5 * stepInit + LANES);
    DoubleVector x6 = DoubleVector.fromArray(SPECIES, init, fromInit + r6 * stepInit);
    DoubleVector y6 = DoubleVector.fromArray(SPECIES, init, fromInit + r6 * stepInit + LANES);
    DoubleVector x7 = DoubleVector.fromArray(SPECIES, init, fromInit + r7 * stepInit);
    DoubleVector y7 = DoubleVector.fromArray(SPECIES, init, fromInit + r7 * stepInit + LANES);
    for (int k = 0; k < depth; k++) {
      DoubleVector p0 = DoubleVector.fromArray(SPECIES, p, fromP + k * WIDTH);
      DoubleVector p1 = DoubleVector.fromArray(SPECIES, p, fromP + k * WIDTH + LANES);
      DoubleVector f0 = DoubleVector.broadcast(SPECIES, a[fromA + k]);
      x0 = f0.fma(p0, x0);
      y0 = f0.fma(p1, y0);
      DoubleVector f1 = DoubleVector.broadcast(SPECIES, a[a1 + k]);
      x1 = f1.fma(p0, x1);
      y1 = f1.fma(p1, y1);
      DoubleVector f2 = DoubleVector.broadcast(SPECIES, a[a2 + k]);
      x2 = f2.fma(p0, x2);
      y2 = f2.fma(p1, y2);
      DoubleVector f3 = DoubleVector.broadcast(SPECIES, a[a3 + k]);
      x3 = f3.fma(p0, x3);
      y3 = f3.fma(p1, y3);
      DoubleVector f4 = DoubleVector.broadcast(SPECIES, a[a4 + k]);
      x4 = f4.fma(p0, x4);
      y4 = f4.fma(p1, y4);
      DoubleVector f5 = DoubleVector.broadcast(SPECIES, a[a5 + k]);
      x5 = f5.fma(p0, x5);
      y5 = f5.fma(p1, y5);
      DoubleVector f6 = DoubleVector.broadcast(SPECIES, a[a6 + k]);
      x6 = f6.fma(p0, x6);
      y6 = f6.fma(p1, y6);
      DoubleVector f7 = DoubleVector.broadcast(SPECIES, a[a7 + k]);
      x7 = f7.fma(p0, x7);
      y7 = f7.fma(p1, y7);
    }
    x0.intoArray(c, fromC);
    y0.intoArray(c, fromC + LANES);
    x1.intoArray(c, fromC + r1 * stepC);
    y1.intoArray(c, fromC + r1 * stepC + LANES);
    x2.intoArray(c, fromC + r2 * stepC);
    y2.intoArray(c, fromC + r2 * stepC + LANES);
    x3.intoArray(c, fromC + r3 * stepC);
    y3.intoArray(c, fromC + r3 * stepC + LANES);
    x4.intoArray(c, fromC + r4 * stepC);
    y4.intoArray(c, fromC + r4 * stepC + LANES);
    x5.intoArray(c, fromC + r5 * stepC);
    y5.intoArray(c, fromC + r5 * stepC + LANES);
    x6.intoArray(c, fromC + r6 * stepC);
    y6.intoArray(c, fromC + r6 * stepC + LANES);
    x7.intoArray(c, fromC + r7 * stepC);
    y7.intoArray(c, fromC + r7 * stepC + LANES);
  }

  private void narrowProduct(
      DMatrixRMaj a, DMatrixRMaj b, double @Nullable [] start, DMatrixRMaj c) {
    int n = a.numCols;
    for (int j = 0; j < b.numCols; j++) {
      double[] column = b.data;
      if (b.numCols > 1) {
        columns = atLeast(columns, n);
        column = columns;
        for (int k = 0; k < n; k++) {
          column[k] = b.data[k * b.numCols + j];
        }
      }
      double first = start == null ? 0 : start[j];
      int i = 0;
      for (; i + 4 <= a.numRows; i += 4) {
        fourDots(a.data, i * n, column, n, parts);
        for (int r = 0; r < 4; r++) {
          c.data[(i + r) * c.numCols + j] =
              first + FusedKernel.total(parts, r * FusedKernel.NARROW);
        }
      }
      for (; i < a.numRows; i++) {
        c.data[i * c.numCols + j] = first + dot(a.data, i * n, column, n, parts);
      }
    }
  }

  /** The parts of the products of four rows with a column. */
  private static void fourDots(double[] a, int from, double[] b, int n, double[] parts) {
    int whole = n - n % FusedKernel.NARROW;
    for (int lane = 0; lane < FusedKernel.NARROW; lane += LANES) {
      DoubleVector s0 = DoubleVector.zero(SPECIES);
      DoubleVector s1 = s0;
      DoubleVector s2 = s0;
      DoubleVector s3 = s0;
      for (int k = lane; k < whole; k += FusedKernel.NARROW) {
        DoubleVector x = DoubleVector.fromArray(SPECIES, b, k);
        s0 = DoubleVector.fromArray(SPECIES, a, from + k).fma(x, s0);
        s1 = DoubleVector.fromArray(SPECIES, a, from + n + k).fma(x, s1);
        s2 = DoubleVector.fromArray(SPECIES, a, from + 2 * n + k).fma(x, s2);
        s3 = DoubleVector.fromArray(SPECIES, a, from + 3 * n + k).fma(x, s3);
      }
      s0.intoArray(parts, lane);
      s1.intoArray(parts, FusedKernel.NARROW + lane);
      s2.intoArray(parts, 2 * FusedKernel.NARROW + lane);
      s3.intoArray(parts, 3 * FusedKernel.NARROW + lane);
    }
    for (int k = whole; k < n; k++) {
      for (int r = 0; r < 4; r++) {
        int part = r * FusedKernel.NARROW + k - whole;
        parts[part] = Math.fma(a[from + r * n + k], b[k], parts[part]);
      }
    }
  }

  private static double dot(double[] a, int from, double[] b, int n, double[] parts) {
    int whole = n - n % FusedKernel.NARROW;
    for (int lane = 0; lane < FusedKernel.NARROW; lane += LANES) {
      DoubleVector sum = DoubleVector.zero(SPECIES);
      for (int k = lane; k < whole; k += FusedKernel.NARROW) {
        sum =
            DoubleVector.fromArray(SPECIES, a, from + k)
                .fma(DoubleVector.fromArray(SPECIES, b, k), sum);
      }
      sum.intoArray(parts, lane);
    }
    for (int k = whole; k < n; k++) {
      parts[k - whole] = Math.fma(a[from + k], b[k], parts[k - whole]);
    }
    return FusedKernel.total(parts, 0);
  }

  @Override
  public void gradients(DMatrixRMaj dzt, DMatrixRMaj at, DMatrixRMaj dwt, DMatrixRMaj db) {
    double share = 1.0 / dzt.numRows;
    if (dzt.numCols < FusedKernel.NARROW) {
      for (int j = 0; j < dzt.numCols; j++) {
        narrowGradient(share, dzt, j, at, dwt);
      }
    } else {
      for (int i = 0; i < dzt.numRows; i += DEPTH) {
        int depth = Math.min(DEPTH, dzt.numRows - i);
        wideGradients(i, depth, i + depth == dzt.numRows ? share : 1, dzt, at, dwt);
      }
    }
    meanOfColumns(share, dzt, db);
  }

  private void wideGradients(
      int example, int depth, double factor, DMatrixRMaj dzt, DMatrixRMaj at, DMatrixRMaj dwt) {
    int n = dzt.numCols;
    int inputs = at.numCols;
    double[] p = dzt.data;
    int fromP = example * n;
    if (n != WIDTH) {
      fromP = 0;
      panel = atLeast(panel, depth * (n + WIDTH - 1));
      for (int j = 0; j < n; j += WIDTH) {
        p = pack(dzt.data, example * n + j, n, depth, Math.min(WIDTH, n - j), j * depth);
      }
    }
    columns = atLeast(columns, ROWS * depth);
    buffer = atLeast(buffer, ROWS * WIDTH);
    // What a last tile lacks in rows it can take from the one before, and compute those twice,
    // where
    // nothing is added to what is there.
    boolean canOverlap = inputs >= ROWS && example == 0;
    for (int next = 0; next < inputs; next += ROWS) {
      int k = canOverlap ? Math.min(next, inputs - ROWS) : next;
      int rows = Math.min(ROWS, inputs - k);
      packColumns(at.data, example * inputs + k, inputs, depth, rows, columns);
      for (int j = 0; j < n; j += WIDTH) {
        int width = Math.min(WIDTH, n - j);
        int from = k * n + j;
        if (width == WIDTH) {
          if (example == 0) {
            tileOfColumns(
                depth, rows, columns, p, fromP + j * depth, ZEROS, 0, 0, factor, dwt.data, from, n);
          } else {
            tileOfColumns(
                depth,
                rows,
                columns,
                p,
                fromP + j * depth,
                dwt.data,
                from,
                n,
                factor,
                dwt.data,
                from,
                n);
          }
        } else {
          edgeTile(example, depth, rows, width, p, fromP + j * depth, factor, dwt, from);
        }
      }
    }
  }

  private void edgeTile(
      int example,
      int depth,
      int rows,
      int width,
      double[] p,
      int fromP,
      double factor,
      DMatrixRMaj dwt,
      int from) {
    double[] dw = dwt.data;
    int n = dwt.numCols;
    Arrays.fill(buffer, 0, ROWS * WIDTH, 0);
    if (example > 0) {
      for (int r = 0; r < rows; r++) {
        for (int j = 0; j < width; j++) {
          buffer[r * WIDTH + j] = dw[from + r * n + j];
        }
      }
    }
    tileOfColumns(depth, rows, columns, p, fromP, buffer, 0, WIDTH, factor, buffer, 0, WIDTH);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < width; j++) {
        dw[from + r * n + j] = buffer[r * WIDTH + j];
      }
    }
  }

  /** Copies ROWS columns; beyond those that there are it repeats the last one. */
  private static void packColumns(
      double[] a, int from, int step, int depth, int columns, double[] packed) {
    if (columns == ROWS && ROWS % LANES == 0) {
      for (int k = 0; k < depth; k++) {
        for (int r = 0; r < ROWS; r += LANES) {
          DoubleVector.fromArray(SPECIES, a, from + k * step + r).intoArray(packed, k * ROWS + r);
        }
      }
    } else {
      for (int k = 0; k < depth; k++) {
        for (int r = 0; r < ROWS; r++) {
          packed[k * ROWS + r] = a[from + k * step + Math.min(r, columns - 1)];
        }
      }
    }
  }

  private static void tileOfColumns(
      int depth,
      int rows,
      double[] a,
      double[] p,
      int fromP,
      double[] init,
      int fromInit,
      int stepInit,
      double factor,
      double[] c,
      int fromC,
      int stepC) {
    int r1 = Math.min(1, rows - 1);
    int r2 = Math.min(2, rows - 1);
    int r3 = Math.min(3, rows - 1);
    int r4 = Math.min(4, rows - 1);
    int r5 = Math.min(5, rows - 1);
    int r6 = Math.min(6, rows - 1);
    int r7 = Math.min(7, rows - 1);
    DoubleVector x0 = DoubleVector.fromArray(SPECIES, init, fromInit);
    DoubleVector y0 = DoubleVector.fromArray(SPECIES, init, fromInit + LANES);
    DoubleVector x1 = DoubleVector.fromArray(SPECIES, init, fromInit + r1 * stepInit);
    DoubleVector y1 = DoubleVector.fromArray(SPECIES, init, fromInit + r1 * stepInit + LANES);
    DoubleVector x2 = DoubleVector.fromArray(SPECIES, init, fromInit + r2 * stepInit);
    DoubleVector y2 = DoubleVector.fromArray(SPECIES, init, fromInit + r2 * stepInit + LANES);
    DoubleVector x3 = DoubleVector.fromArray(SPECIES, init, fromInit + r3 * stepInit);
    DoubleVector y3 = DoubleVector.fromArray(SPECIES, init, fromInit + r3 * stepInit + LANES);
    DoubleVector x4 = DoubleVector.fromArray(SPECIES, init, fromInit + r4 * stepInit);
    DoubleVector y4 = DoubleVector.fromArray(SPECIES, init, fromInit + r4 * stepInit + LANES);
    DoubleVector x5 = DoubleVector.fromArray(SPECIES, init, fromInit + r5 * stepInit);
    DoubleVector y5 = DoubleVector.fromArray(SPECIES, init, fromInit + r5 * stepInit + LANES);
    DoubleVector x6 = DoubleVector.fromArray(SPECIES, init, fromInit + r6 * stepInit);
    DoubleVector y6 = DoubleVector.fromArray(SPECIES, init, fromInit + r6 * stepInit + LANES);
    DoubleVector x7 = DoubleVector.fromArray(SPECIES, init, fromInit + r7 * stepInit);
    DoubleVector y7 = DoubleVector.fromArray(SPECIES, init, fromInit + r7 * stepInit + LANES);
    for (int k = 0; k < depth; k++) {
      DoubleVector p0 = DoubleVector.fromArray(SPECIES, p, fromP + k * WIDTH);
      DoubleVector p1 = DoubleVector.fromArray(SPECIES, p, fromP + k * WIDTH + LANES);
      DoubleVector f0 = DoubleVector.broadcast(SPECIES, a[k * ROWS]);
      x0 = f0.fma(p0, x0);
      y0 = f0.fma(p1, y0);
      DoubleVector f1 = DoubleVector.broadcast(SPECIES, a[k * ROWS + 1]);
      x1 = f1.fma(p0, x1);
      y1 = f1.fma(p1, y1);
      DoubleVector f2 = DoubleVector.broadcast(SPECIES, a[k * ROWS + 2]);
      x2 = f2.fma(p0, x2);
      y2 = f2.fma(p1, y2);
      DoubleVector f3 = DoubleVector.broadcast(SPECIES, a[k * ROWS + 3]);
      x3 = f3.fma(p0, x3);
      y3 = f3.fma(p1, y3);
      DoubleVector f4 = DoubleVector.broadcast(SPECIES, a[k * ROWS + 4]);
      x4 = f4.fma(p0, x4);
      y4 = f4.fma(p1, y4);
      DoubleVector f5 = DoubleVector.broadcast(SPECIES, a[k * ROWS + 5]);
      x5 = f5.fma(p0, x5);
      y5 = f5.fma(p1, y5);
      DoubleVector f6 = DoubleVector.broadcast(SPECIES, a[k * ROWS + 6]);
      x6 = f6.fma(p0, x6);
      y6 = f6.fma(p1, y6);
      DoubleVector f7 = DoubleVector.broadcast(SPECIES, a[k * ROWS + 7]);
      x7 = f7.fma(p0, x7);
      y7 = f7.fma(p1, y7);
    }
    x0.mul(factor).intoArray(c, fromC);
    y0.mul(factor).intoArray(c, fromC + LANES);
    x1.mul(factor).intoArray(c, fromC + r1 * stepC);
    y1.mul(factor).intoArray(c, fromC + r1 * stepC + LANES);
    x2.mul(factor).intoArray(c, fromC + r2 * stepC);
    y2.mul(factor).intoArray(c, fromC + r2 * stepC + LANES);
    x3.mul(factor).intoArray(c, fromC + r3 * stepC);
    y3.mul(factor).intoArray(c, fromC + r3 * stepC + LANES);
    x4.mul(factor).intoArray(c, fromC + r4 * stepC);
    y4.mul(factor).intoArray(c, fromC + r4 * stepC + LANES);
    x5.mul(factor).intoArray(c, fromC + r5 * stepC);
    y5.mul(factor).intoArray(c, fromC + r5 * stepC + LANES);
    x6.mul(factor).intoArray(c, fromC + r6 * stepC);
    y6.mul(factor).intoArray(c, fromC + r6 * stepC + LANES);
    x7.mul(factor).intoArray(c, fromC + r7 * stepC);
    y7.mul(factor).intoArray(c, fromC + r7 * stepC + LANES);
  }

  private static void narrowGradient(
      double share, DMatrixRMaj dzt, int j, DMatrixRMaj at, DMatrixRMaj dwt) {
    int n = dzt.numCols;
    int inputs = at.numCols;
    int k = 0;
    if (n == 1) {
      for (; k + LANES <= inputs; k += LANES) {
        columnSum(share, dzt.data, dzt.numRows, at.data, k, inputs, dwt.data);
      }
    }
    for (; k < inputs; k++) {
      double sum = 0;
      for (int i = 0; i < dzt.numRows; i++) {
        sum = Math.fma(at.data[i * inputs + k], dzt.data[i * n + j], sum);
      }
      dwt.data[k * n + j] = share * sum;
    }
  }

  private static void columnSum(
      double share, double[] dz, int m, double[] a, int k, int step, double[] dw) {
    DoubleVector sum = DoubleVector.zero(SPECIES);
    for (int i = 0; i < m; i++) {
      sum =
          DoubleVector.broadcast(SPECIES, dz[i])
              .fma(DoubleVector.fromArray(SPECIES, a, i * step + k), sum);
    }
    sum.mul(share).intoArray(dw, k);
  }

  private static void meanOfColumns(double share, DMatrixRMaj dzt, DMatrixRMaj db) {
    int n = dzt.numCols;
    int j = 0;
    for (; j + 4 * LANES <= n; j += 4 * LANES) {
      fourSums(share, dzt.data, dzt.numRows, n, j, db.data);
    }
    for (; j + LANES <= n; j += LANES) {
      DoubleVector sum = DoubleVector.zero(SPECIES);
      for (int i = 0; i < dzt.numRows; i++) {
        sum = sum.add(DoubleVector.fromArray(SPECIES, dzt.data, i * n + j));
      }
      sum.mul(share).intoArray(db.data, j);
    }
    for (; j < n; j++) {
      double sum = 0;
      for (int i = 0; i < dzt.numRows; i++) {
        sum += dzt.data[i * n + j];
      }
      db.data[j] = sum * share;
    }
  }

  /** Four vectors of columns at once: no addition waits for the one before it. */
  private static void fourSums(double share, double[] dz, int m, int n, int j, double[] db) {
    DoubleVector s0 = DoubleVector.zero(SPECIES);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    for (int i = 0; i < m; i++) {
      s0 = s0.add(DoubleVector.fromArray(SPECIES, dz, i * n + j));
      s1 = s1.add(DoubleVector.fromArray(SPECIES, dz, i * n + j + LANES));
      s2 = s2.add(DoubleVector.fromArray(SPECIES, dz, i * n + j + 2 * LANES));
      s3 = s3.add(DoubleVector.fromArray(SPECIES, dz, i * n + j + 3 * LANES));
    }
    s0.mul(share).intoArray(db, j);
    s1.mul(share).intoArray(db, j + LANES);
    s2.mul(share).intoArray(db, j + 2 * LANES);
    s3.mul(share).intoArray(db, j + 3 * LANES);
  }

  @Override
  public void addSparse(SparseRows w, int[] slots, DMatrixSparseCSC x, DMatrixRMaj zt) {
    int n = zt.numCols;
    for (int i = 0; i < x.numCols; i++) {
      int from = x.col_idx[i];
      int to = x.col_idx[i + 1];
      int j = 0;
      for (; j + 4 * LANES <= n; j += 4 * LANES) {
        addFourVectors(w, slots, x.nz_values, from, to, j, zt.data, i * n + j);
      }
      for (; j + LANES <= n; j += LANES) {
        addVector(w, slots, x.nz_values, from, to, j, zt.data, i * n + j);
      }
      if (j < n) {
        addRest(w, slots, x.nz_values, from, to, j, zt.data, i * n, n);
      }
    }
  }

  /** Four vectors of z_i, in registers through all of the example's non-zeros. */
  private static void addFourVectors(
      SparseRows w, int[] slots, double[] x, int from, int to, int j, double[] z, int at) {
    DoubleVector z0 = DoubleVector.fromArray(SPECIES, z, at);
    DoubleVector z1 = DoubleVector.fromArray(SPECIES, z, at + LANES);
    DoubleVector z2 = DoubleVector.fromArray(SPECIES, z, at + 2 * LANES);
    DoubleVector z3 = DoubleVector.fromArray(SPECIES, z, at + 3 * LANES);
    for (int k = from; k < to; k++) {
      if (slots[k] != SparseRows.NONE) {
        double[] row = w.chunk(slots[k]);
        int start = w.start(slots[k]) + j;
        DoubleVector v = DoubleVector.broadcast(SPECIES, x[k]);
        z0 = v.fma(DoubleVector.fromArray(SPECIES, row, start), z0);
        z1 = v.fma(DoubleVector.fromArray(SPECIES, row, start + LANES), z1);
        z2 = v.fma(DoubleVector.fromArray(SPECIES, row, start + 2 * LANES), z2);
        z3 = v.fma(DoubleVector.fromArray(SPECIES, row, start + 3 * LANES), z3);
      }
    }
    z0.intoArray(z, at);
    z1.intoArray(z, at + LANES);
    z2.intoArray(z, at + 2 * LANES);
    z3.intoArray(z, at + 3 * LANES);
  }

  private static void addVector(
      SparseRows w, int[] slots, double[] x, int from, int to, int j, double[] z, int at) {
    DoubleVector sum = DoubleVector.fromArray(SPECIES, z, at);
    for (int k = from; k < to; k++) {
      if (slots[k] != SparseRows.NONE) {
        DoubleVector row =
            DoubleVector.fromArray(SPECIES, w.chunk(slots[k]), w.start(slots[k]) + j);
        sum = DoubleVector.broadcast(SPECIES, x[k]).fma(row, sum);
      }
    }
    sum.intoArray(z, at);
  }

  private static void addRest(
      SparseRows w, int[] slots, double[] x, int from, int to, int j, double[] z, int at, int n) {
    for (int k = from; k < to; k++) {
      if (slots[k] != SparseRows.NONE) {
        double[] row = w.chunk(slots[k]);
        int start = w.start(slots[k]);
        for (int i = j; i < n; i++) {
          z[at + i] = Math.fma(x[k], row[start + i], z[at + i]);
        }
      }
    }
  }

  @Override
  public void sparseGradients(DMatrixRMaj dzt, DMatrixSparseCSC x, int[] numbers, double[] dwt) {
    int n = dzt.numCols;
    double share = 1.0 / dzt.numRows;
    for (int i = 0; i < x.numCols; i++) {
      int from = x.col_idx[i];
      int to = x.col_idx[i + 1];
      int j = 0;
      for (; j + 4 * LANES <= n; j += 4 * LANES) {
        spreadFourVectors(share, dzt.data, i * n + j, x.nz_values, numbers, from, to, dwt, j, n);
      }
      for (; j + LANES <= n; j += LANES) {
        spreadVector(share, dzt.data, i * n + j, x.nz_values, numbers, from, to, dwt, j, n);
      }
      if (j < n) {
        spreadRest(share, dzt.data, i * n, x.nz_values, numbers, from, to, dwt, j, n);
      }
    }
  }

  /** Adds four vectors of dz_i, kept in registers, to the gradients of the example's non-zeros. */
  private static void spreadFourVectors(
      double share,
      double[] dz,
      int at,
      double[] x,
      int[] numbers,
      int from,
      int to,
      double[] dw,
      int j,
      int n) {
    DoubleVector d0 = DoubleVector.fromArray(SPECIES, dz, at);
    DoubleVector d1 = DoubleVector.fromArray(SPECIES, dz, at + LANES);
    DoubleVector d2 = DoubleVector.fromArray(SPECIES, dz, at + 2 * LANES);
    DoubleVector d3 = DoubleVector.fromArray(SPECIES, dz, at + 3 * LANES);
    for (int k = from; k < to; k++) {
      int row = numbers[k] * n + j;
      DoubleVector f = DoubleVector.broadcast(SPECIES, share * x[k]);
      f.fma(d0, DoubleVector.fromArray(SPECIES, dw, row)).intoArray(dw, row);
      f.fma(d1, DoubleVector.fromArray(SPECIES, dw, row + LANES)).intoArray(dw, row + LANES);
      f.fma(d2, DoubleVector.fromArray(SPECIES, dw, row + 2 * LANES))
          .intoArray(dw, row + 2 * LANES);
      f.fma(d3, DoubleVector.fromArray(SPECIES, dw, row + 3 * LANES))
          .intoArray(dw, row + 3 * LANES);
    }
  }

  private static void spreadVector(
      double share,
      double[] dz,
      int at,
      double[] x,
      int[] numbers,
      int from,
      int to,
      double[] dw,
      int j,
      int n) {
    DoubleVector d = DoubleVector.fromArray(SPECIES, dz, at);
    for (int k = from; k < to; k++) {
      int row = numbers[k] * n + j;
      DoubleVector.broadcast(SPECIES, share * x[k])
          .fma(d, DoubleVector.fromArray(SPECIES, dw, row))
          .intoArray(dw, row);
    }
  }

  private static void spreadRest(
      double share,
      double[] dz,
      int at,
      double[] x,
      int[] numbers,
      int from,
      int to,
      double[] dw,
      int j,
      int n) {
    for (int k = from; k < to; k++) {
      int row = numbers[k] * n;
      for (int i = j; i < n; i++) {
        dw[row + i] = Math.fma(share * x[k], dz[at + i], dw[row + i]);
      }
    }
  }
}
