package io.millrace.nn;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;

/**
 * The weights and biases of a network; or, without sparse rows, the gradients of a cost with
 * respect to them and what an optimiser keeps for them, which have the same shapes.
 *
 * <pre>
 * w1t()     nd x n1   W1d', of the dense inputs       w2t()   n1 x n2   W2'
 * sparse()  ns x n1   W1s', the rows that exist
 * b1()      1 x n1    b1'                             b2()    1 x n2    b2'
 * </pre>
 *
 * <p>Weights are kept transposed: a mini-batch buffer of m rows of nd numbers (row-major m x nd,
 * the same memory as a column-major X, nd x m) then needs no transposition. In every signature and
 * document X keeps its meaning: examples are columns; {@code t} marks a matrix kept as its
 * transpose. {@link #of}, {@link #w1()}, {@link #w2()} and the two {@code Array} methods speak the
 * public form instead: W1 is n1 rows of nd numbers.
 *
 * <p>Mutable, and not safe for several threads. Memory: 8 bytes times {@link
 * Architecture#parameterCount()}, and {@link SparseRows}.
 */
public final class Parameters {
  /** Where b1 of the ReLU family starts with sparse inputs; 0.1 to 1 are alike. */
  public static final double AWAKE = 0.3;

  private final DMatrixRMaj w1t;
  private final DMatrixRMaj b1;
  private final DMatrixRMaj w2t;
  private final DMatrixRMaj b2;
  private final List<DMatrixRMaj> matrices;
  private final SparseRows sparse;

  private Parameters(int inputs, int hidden, int outputs, SparseRows sparse) {
    w1t = new DMatrixRMaj(inputs, hidden);
    b1 = new DMatrixRMaj(1, hidden);
    w2t = new DMatrixRMaj(hidden, outputs);
    b2 = new DMatrixRMaj(1, outputs);
    matrices = List.of(w1t, b1, w2t, b2);
    this.sparse = sparse;
  }

  /**
   * All zero: a place for other numbers, not a start for learning.
   *
   * @throws IllegalArgumentException if one matrix would have more than 2^31 - 1 elements
   */
  public static Parameters zeros(Architecture architecture) {
    return zeros(architecture, architecture.sparseInputs());
  }

  /** All zero, without a place for sparse rows: for what is kept elsewhere of those. */
  public static Parameters dense(Architecture architecture) {
    return zeros(architecture, 0);
  }

  private static Parameters zeros(Architecture architecture, int sparseInputs) {
    return new Parameters(
        architecture.inputs(),
        architecture.hidden(),
        architecture.outputs(),
        new SparseRows(sparseInputs, architecture.hidden(), 0));
  }

  /** A start for learning, with as many inputs to the first layer as there are dense ones. */
  public static Parameters random(Architecture architecture, long seed, OptionalDouble scale) {
    return random(architecture, 0, seed, scale);
  }

  /**
   * A start for learning: weights drawn from normal distributions around zero, biases zero. Sparse
   * inputs have no rows, which is zero, too; so with them b1 of the ReLU family is {@value #AWAKE}:
   * at 0 a unit with sparse inputs alone would never wake.
   *
   * <p>Without a scale the variance is 1/n_in for a layer of tanh or sigmoid units (LeCun, Bottou,
   * Orr and Müller, "Efficient BackProp", 1998, 4.6) and 2/n_in for one of the ReLU family (He,
   * Zhang, Ren and Sun, "Delving deep into rectifiers", 2015, 2.2). Each layer goes by its own
   * function: W1 by the activation, with n_in = nd plus the sparse fields, of whose inputs few are
   * not 0 at a time; W2 always has 1/n1, no output being of the ReLU family.
   *
   * <p>The numbers depend on nothing but the arguments: {@link Random} and its {@code nextGaussian}
   * are specified to the bit. They are drawn in the order of the public form, W1 row by row, then
   * W2.
   *
   * @param sparseFields how many fields the sparse inputs come from; 0 without sparse inputs
   * @param scale the standard deviation of all weights, finite and above zero; empty for the above
   * @throws IllegalArgumentException if the scale is out of range, or as for {@link #zeros}
   */
  public static Parameters random(
      Architecture architecture, int sparseFields, long seed, OptionalDouble scale) {
    scale.ifPresent(Parameters::requireScale);
    Parameters parameters = zeros(architecture);
    Random random = new Random(seed);
    double gain = architecture.activation().gain();
    int inputs = architecture.inputs() + sparseFields;
    drawWeights(random, scale.orElse(Math.sqrt(gain / inputs)), parameters.w1t);
    drawWeights(random, scale.orElse(Math.sqrt(1.0 / architecture.hidden())), parameters.w2t);
    if (architecture.sparseInputs() > 0 && architecture.activation().canSleep()) {
      parameters.b1.fill(AWAKE);
    }
    return parameters;
  }

  /**
   * Copies parameters without sparse inputs, given in their public form.
   *
   * @param w1 W1, n1 rows of nd numbers. Not modified.
   * @param b1 n1 numbers. Not modified.
   * @param w2 W2, n2 rows of n1 numbers. Not modified.
   * @param b2 n2 numbers. Not modified.
   * @throws IllegalArgumentException if the shapes do not fit together, a number is not finite, or
   *     every weight of both layers is zero
   */
  public static Parameters of(double[][] w1, double[] b1, double[][] w2, double[] b2) {
    return of(w1, b1, w2, b2, 0, new int[0], new double[0][]);
  }

  /**
   * Copies parameters given in their public form.
   *
   * @param w1 W1d, n1 rows of nd numbers. Not modified.
   * @param b1 n1 numbers. Not modified.
   * @param w2 W2, n2 rows of n1 numbers. Not modified.
   * @param b2 n2 numbers. Not modified.
   * @param sparseInputs ns
   * @param rows the sparse inputs that have rows, each once. Not modified.
   * @param w1s these rows of W1s', n1 numbers each. Not modified.
   * @throws IllegalArgumentException if the shapes do not fit together, a number is not finite, or
   *     every weight of both layers is zero
   */
  public static Parameters of(
      double[][] w1,
      double[] b1,
      double[][] w2,
      double[] b2,
      int sparseInputs,
      int[] rows,
      double[][] w1s) {
    requireNotEmpty("rows of W1", w1.length);
    if (sparseInputs == 0) {
      requireNotEmpty("columns of W1", w1[0].length);
    }
    requireNotEmpty("rows of W2", w2.length);
    requireCount("sparse rows of W1", w1s.length, rows.length);
    SparseRows sparse = new SparseRows(sparseInputs, w1.length, 0);
    for (int i = 0; i < rows.length; i++) {
      requireFinite("sparse W1, row " + i, w1s[i], w1.length);
      sparse.add(rows[i], w1s[i]);
    }
    Parameters parameters = new Parameters(w1[0].length, w1.length, w2.length, sparse);
    copyWeights("W1", w1, parameters.w1t);
    copyBiases("b1", b1, parameters.b1);
    copyWeights("W2", w2, parameters.w2t);
    copyBiases("b2", b2, parameters.b2);
    requireBrokenSymmetry(parameters);
    return parameters;
  }

  /** nd. */
  public int inputs() {
    return w1t.numRows;
  }

  /** n1. */
  public int hidden() {
    return w1t.numCols;
  }

  /** n2. */
  public int outputs() {
    return w2t.numCols;
  }

  /** W1d', nd x n1; live. */
  public DMatrixRMaj w1t() {
    return w1t;
  }

  /** b1', 1 x n1; live. */
  public DMatrixRMaj b1() {
    return b1;
  }

  /** W2', n1 x n2; live. */
  public DMatrixRMaj w2t() {
    return w2t;
  }

  /** b2', 1 x n2; live. */
  public DMatrixRMaj b2() {
    return b2;
  }

  /** The rows of W1s' that exist; live. */
  public SparseRows sparse() {
    return sparse;
  }

  /** W1d', b1', W2', b2', in this order; live. For what treats all dense parameters alike. */
  public List<DMatrixRMaj> matrices() {
    return matrices;
  }

  /** A copy of W1d in its public form: n1 rows of nd numbers. */
  public double[][] w1() {
    return transposed(w1t);
  }

  /** A copy of b1: n1 numbers. */
  public double[] b1Array() {
    return Arrays.copyOf(b1.data, hidden());
  }

  /** A copy of W2 in its public form: n2 rows of n1 numbers. */
  public double[][] w2() {
    return transposed(w2t);
  }

  /** A copy of b2: n2 numbers. */
  public double[] b2Array() {
    return Arrays.copyOf(b2.data, outputs());
  }

  /** The same numbers in memory of their own, with what an optimiser keeps in sparse rows. */
  public Parameters copy() {
    Parameters copy = new Parameters(inputs(), hidden(), outputs(), sparse.copy());
    copy.setDense(this);
    return copy;
  }

  /**
   * Takes over the numbers of other parameters. What an optimiser keeps in sparse rows becomes 0.
   *
   * @param source Not modified.
   * @throws IllegalArgumentException if the shapes differ
   */
  public void set(Parameters source) {
    source.requireShapeOf(this, "parameters");
    requireCount("sparse inputs", source.sparse.inputs(), sparse.inputs());
    setDense(source);
    sparse.set(source.sparse);
  }

  private void setDense(Parameters source) {
    for (int i = 0; i < matrices.size(); i++) {
      matrices.get(i).setTo(source.matrices.get(i));
    }
  }

  /**
   * The Euclidean norm of all parameters as one vector; infinite if its square overflows. Summed in
   * four parts, because each addition waits for the one before it.
   */
  public double norm() {
    return Math.sqrt(squares());
  }

  double squares() {
    double squares = 0;
    for (int i = 0; i < matrices.size(); i++) {
      squares += squares(matrices.get(i).data, 0, matrices.get(i).getNumElements());
    }
    return squares + sparse.squares();
  }

  static double squares(double[] data, int from, int count) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int end = from + count;
    int whole = end - count % 4;
    for (int i = from; i < whole; i += 4) {
      s0 += data[i] * data[i];
      s1 += data[i + 1] * data[i + 1];
      s2 += data[i + 2] * data[i + 2];
      s3 += data[i + 3] * data[i + 3];
    }
    for (int i = whole; i < end; i++) {
      s0 += data[i] * data[i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  /** Multiplies every dense parameter by a number. */
  void scale(double factor) {
    for (DMatrixRMaj matrix : matrices) {
      CommonOps_DDRM.scale(factor, matrix);
    }
  }

  /**
   * dW = dW + factor W for the dense weights of both layers, the biases being left as they are;
   * this being the gradients.
   *
   * @param parameters of the same shape. Not modified.
   * @throws IllegalArgumentException if the shapes differ
   */
  void addWeights(double factor, Parameters parameters) {
    parameters.requireShapeOf(this, "parameters");
    CommonOps_DDRM.addEquals(w1t, factor, parameters.w1t);
    CommonOps_DDRM.addEquals(w2t, factor, parameters.w2t);
  }

  /** Whether no parameter is infinite or NaN. */
  public boolean isFinite() {
    return matrices.stream().noneMatch(MatrixFeatures_DDRM::hasUncountable) && sparse.isFinite();
  }

  /**
   * @param name what these parameters are, for the message
   * @throws IllegalArgumentException if the shape is not that of the other parameters
   */
  void requireShapeOf(Parameters other, String name) {
    requireShape(name, other.inputs(), other.hidden(), other.outputs());
  }

  /**
   * @param name what these parameters are, for the message
   * @throws IllegalArgumentException if the shape is another one
   */
  void requireShape(String name, int inputs, int hidden, int outputs) {
    if (inputs() != inputs || hidden() != hidden || outputs() != outputs) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: expected %d inputs, %d hidden, %d outputs, found %d, %d, %d",
              name,
              inputs,
              hidden,
              outputs,
              inputs(),
              hidden(),
              outputs()));
    }
  }

  private static void drawWeights(Random random, double deviation, DMatrixRMaj wt) {
    for (int unit = 0; unit < wt.numCols; unit++) {
      for (int input = 0; input < wt.numRows; input++) {
        wt.set(input, unit, deviation * random.nextGaussian());
      }
    }
  }

  private static void copyWeights(String name, double[][] w, DMatrixRMaj wt) {
    for (int unit = 0; unit < w.length; unit++) {
      requireFinite(name + ", row " + unit, w[unit], wt.numRows);
      for (int input = 0; input < wt.numRows; input++) {
        wt.set(input, unit, w[unit][input]);
      }
    }
  }

  private static void copyBiases(String name, double[] from, DMatrixRMaj to) {
    requireFinite(name, from, to.numCols);
    System.arraycopy(from, 0, to.data, 0, from.length);
  }

  private static double[][] transposed(DMatrixRMaj wt) {
    double[][] w = new double[wt.numCols][wt.numRows];
    for (int unit = 0; unit < wt.numCols; unit++) {
      for (int input = 0; input < wt.numRows; input++) {
        w[unit][input] = wt.get(input, unit);
      }
    }
    return w;
  }

  private static void requireScale(double scale) {
    if (!(scale > 0 && Double.isFinite(scale))) {
      throw new IllegalArgumentException("scale: expected a finite number above 0, found " + scale);
    }
  }

  private static void requireNotEmpty(String name, int count) {
    if (count == 0) {
      throw new IllegalArgumentException(name + ": expected at least 1, found 0");
    }
  }

  private static void requireCount(String name, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: expected %d, found %d", name, expected, found));
    }
  }

  private static void requireFinite(String name, double[] numbers, int count) {
    if (numbers.length != count) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s: expected %d numbers, found %d", name, count, numbers.length));
    }
    for (int i = 0; i < count; i++) {
      if (!Double.isFinite(numbers[i])) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s: expected finite numbers, found %s at index %d",
                name,
                numbers[i],
                i));
      }
    }
  }

  /** One layer of zeros still learns, because the other tells the hidden units apart. */
  private static void requireBrokenSymmetry(Parameters parameters) {
    if (MatrixFeatures_DDRM.isZeros(parameters.w1t, 0)
        && MatrixFeatures_DDRM.isZeros(parameters.w2t, 0)
        && parameters.sparse.squares() == 0) {
      throw new IllegalArgumentException(
          "weights: expected some that are not zero, found all zero: "
              + "every hidden unit would compute the same function for ever");
    }
  }
}
