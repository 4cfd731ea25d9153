package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DMatrixSparseCSC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class KernelTest {
  private static final long SEED = 42;

  /** m, n_in, n_out. */
  private record Shape(int m, int inputs, int outputs) {}

  /** Every small size, odd ones, and sizes beyond the tiles and the blocks of the kernels. */
  static List<Shape> shapes() {
    Random random = new Random(SEED);
    List<Shape> shapes = new ArrayList<>();
    for (int n = 1; n <= 18; n++) {
      shapes.add(new Shape(n, 1, 1));
      shapes.add(new Shape(1, n, 1));
      shapes.add(new Shape(1, 1, n));
      shapes.add(new Shape(n, n, n));
    }
    for (int i = 0; i < 100; i++) {
      shapes.add(new Shape(1 + random.nextInt(40), 1 + random.nextInt(45), 1 + random.nextInt(50)));
    }
    shapes.add(new Shape(300, 5, 20));
    shapes.add(new Shape(9, 300, 33));
    shapes.add(new Shape(257, 129, 16));
    shapes.add(new Shape(64, 130, 1));
    return shapes;
  }

  @Test
  void shouldHaveTheVectorModuleInTheTests() {
    assertThat(ModuleLayer.boot().findModule(KernelKind.MODULE)).isPresent();
    assertThat(KernelKind.EJML.isFast()).isTrue();
    assertThat(KernelKind.best())
        .isEqualTo(KernelKind.VECTOR.isFast() ? KernelKind.VECTOR : KernelKind.EJML);
  }

  /** Also the same bits on every machine: the plain one says what each sum is. */
  @Test
  void shouldHaveTheSameBitsOnVectorsAndInPlainJava() {
    Kernel vector = KernelKind.VECTOR.create();
    Kernel plain = new FusedKernel();
    for (Shape shape : shapes()) {
      assertThat(results(vector, shape)).as("%s", shape).containsExactly(results(plain, shape));
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldHaveTheProductsOfTheDefinition(KernelKind kind) {
    Kernel kernel = kind.create();
    for (Shape shape : shapes()) {
      assertThat(results(kernel, shape))
          .as("%s", shape)
          .containsExactly(naiveResults(shape), within(1e-12));
    }
  }

  @Test
  void shouldHaveTheSameBitsOfSparseInputsOnVectorsAndInPlainJava() {
    Kernel vector = KernelKind.VECTOR.create();
    Kernel plain = new FusedKernel();
    for (int hidden = 1; hidden <= 70; hidden++) {
      Sparse problem = new Sparse(hidden);
      assertThat(problem.z(vector)).as("%d hidden", hidden).containsExactly(problem.z(plain));
      assertThat(problem.dw(vector)).as("%d hidden", hidden).containsExactly(problem.dw(plain));
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldHaveTheSparseProductsOfTheDefinition(KernelKind kind) {
    Kernel kernel = kind.create();
    for (int hidden : new int[] {1, 2, 5, 8, 16, 19, 64}) {
      Sparse problem = new Sparse(hidden);
      assertThat(problem.z(kernel)).containsExactly(problem.naiveZ(), within(1e-12));
      assertThat(problem.dw(kernel)).containsExactly(problem.naiveDw(), within(1e-12));
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldComputeAnExampleWhereverItStands(KernelKind kind) {
    Kernel kernel = kind.create();
    for (int outputs : new int[] {1, 5, 8, 16, 21}) {
      Layer some = new Layer(new Shape(37, 50, outputs));
      DMatrixRMaj zt = new DMatrixRMaj(37, outputs);
      kernel.forward(some.wt, some.at, some.b, zt);
      for (int i = 0; i < 37; i++) {
        DMatrixRMaj one = new DMatrixRMaj(1, outputs);
        kernel.forward(some.wt, row(some.at, i), some.b, one);
        assertThat(one.data).as("%d outputs, row %d", outputs, i).containsExactly(row(zt, i).data);
      }
    }
  }

  static List<Architecture> architectures() {
    return List.of(
        new Architecture(1, 1, 1, Activation.TANH, Output.SIGMOID),
        new Architecture(30, 16, 1, Activation.TANH, Output.SIGMOID),
        new Architecture(7, 19, 3, Activation.SIGMOID, Output.SOFTMAX),
        new Architecture(33, 8, 9, Activation.TANH, Output.IDENTITY),
        new Architecture(130, 35, 2, Activation.LEAKY_RELU, Output.SIGMOID));
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void shouldAgreeAfterAHundredSteps(Architecture architecture) {
    for (int m : new int[] {1, 7, 32}) {
      Parameters ejml = trained(architecture, m, KernelKind.EJML);
      Parameters vector = trained(architecture, m, KernelKind.VECTOR);
      Parameters difference = vector.copy();
      for (int i = 0; i < difference.matrices().size(); i++) {
        DMatrixRMaj d = difference.matrices().get(i);
        for (int k = 0; k < d.getNumElements(); k++) {
          d.data[k] -= ejml.matrices().get(i).data[k];
        }
      }
      assertThat(difference.norm() / ejml.norm()).as("m = %d", m).isLessThan(1e-13);
      assertThat(vector.norm()).isNotEqualTo(trained(architecture, m + 1, KernelKind.EJML).norm());
    }
  }

  private static Parameters trained(Architecture architecture, int m, KernelKind kernel) {
    Network network = new Network(architecture, kernel);
    Parameters parameters = Parameters.random(architecture, SEED, OptionalDouble.empty());
    Gradients gradients = new Gradients(architecture);
    Optimizer optimizer = OptimizerKind.SGD.start(architecture);
    for (int step = 0; step < 100; step++) {
      Problem batch = Problem.random(architecture, m, SEED + step % 5);
      network.forward(parameters, batch.xt());
      network.backward(parameters, batch.xt(), batch.yt(), gradients);
      optimizer.update(parameters, gradients, 0.01);
    }
    return parameters;
  }

  /** Z, dA, dW and db, one after the other. */
  private static double[] results(Kernel kernel, Shape shape) {
    Layer problem = new Layer(shape);
    DMatrixRMaj zt = new DMatrixRMaj(shape.m, shape.outputs);
    DMatrixRMaj dat = new DMatrixRMaj(shape.m, shape.inputs);
    DMatrixRMaj dwt = new DMatrixRMaj(shape.inputs, shape.outputs);
    DMatrixRMaj db = new DMatrixRMaj(1, shape.outputs);
    kernel.forward(problem.wt, problem.at, problem.b, zt);
    kernel.backward(problem.wt, problem.dzt, dat);
    kernel.gradients(problem.dzt, problem.at, dwt, db);
    return joined(zt, dat, dwt, db);
  }

  private static double[] naiveResults(Shape shape) {
    Layer p = new Layer(shape);
    DMatrixRMaj zt = new DMatrixRMaj(shape.m, shape.outputs);
    DMatrixRMaj dat = new DMatrixRMaj(shape.m, shape.inputs);
    DMatrixRMaj dwt = new DMatrixRMaj(shape.inputs, shape.outputs);
    DMatrixRMaj db = new DMatrixRMaj(1, shape.outputs);
    for (int i = 0; i < shape.m; i++) {
      for (int j = 0; j < shape.outputs; j++) {
        zt.add(i, j, p.b.get(j));
        db.add(0, j, p.dzt.get(i, j) / shape.m);
        for (int k = 0; k < shape.inputs; k++) {
          zt.add(i, j, p.at.get(i, k) * p.wt.get(k, j));
          dat.add(i, k, p.dzt.get(i, j) * p.wt.get(k, j));
          dwt.add(k, j, p.at.get(i, k) * p.dzt.get(i, j) / shape.m);
        }
      }
    }
    return joined(zt, dat, dwt, db);
  }

  private static double[] joined(DMatrixRMaj... matrices) {
    List<Double> all = new ArrayList<>();
    for (DMatrixRMaj matrix : matrices) {
      for (int i = 0; i < matrix.getNumElements(); i++) {
        all.add(matrix.data[i]);
      }
    }
    return all.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static DMatrixRMaj row(DMatrixRMaj matrix, int row) {
    return Problem.rowMatrix(Problem.row(matrix, row));
  }

  /** What the products of one layer are of. */
  private static final class Layer {
    final DMatrixRMaj wt;
    final DMatrixRMaj at;
    final DMatrixRMaj b;
    final DMatrixRMaj dzt;

    Layer(Shape shape) {
      Random random = new Random(SEED);
      wt = random(shape.inputs, shape.outputs, random);
      at = random(shape.m, shape.inputs, random);
      b = random(1, shape.outputs, random);
      dzt = random(shape.m, shape.outputs, random);
    }

    private static DMatrixRMaj random(int rows, int columns, Random random) {
      DMatrixRMaj matrix = new DMatrixRMaj(rows, columns);
      for (int i = 0; i < matrix.getNumElements(); i++) {
        matrix.data[i] = random.nextGaussian();
      }
      return matrix;
    }
  }

  /** 9 examples of 20 sparse inputs, of which those that divide by 3 have no row. */
  private static final class Sparse {
    private static final int INPUTS = 20;
    private static final int EXAMPLES = 9;

    final int hidden;
    final SparseRows rows;
    final DMatrixSparseCSC xs = new DMatrixSparseCSC(INPUTS, EXAMPLES, 0);
    final DMatrixRMaj zt;
    final DMatrixRMaj dzt;

    Sparse(int hidden) {
      this.hidden = hidden;
      Random random = new Random(SEED);
      rows = new SparseRows(INPUTS, hidden, 1);
      for (int row = INPUTS - 1; row >= 0; row--) {
        if (row % 3 != 0) {
          rows.add(row, Layer.random(1, 2 * hidden, random).data);
        }
      }
      for (int i = 0; i < EXAMPLES; i++) {
        for (int row = random.nextInt(4); row < INPUTS && i != 4; row += 1 + random.nextInt(5)) {
          xs.set(row, i, random.nextGaussian());
        }
      }
      zt = Layer.random(EXAMPLES, hidden, random);
      dzt = Layer.random(EXAMPLES, hidden, random);
    }

    double[] z(Kernel kernel) {
      int[] slots = new int[xs.nz_length];
      rows.find(xs, slots);
      DMatrixRMaj sum = zt.copy();
      kernel.addSparse(rows, slots, xs, sum);
      return sum.data;
    }

    /** By row, as if each row's number were the row. */
    double[] dw(Kernel kernel) {
      double[] dw = new double[INPUTS * hidden];
      kernel.sparseGradients(dzt, xs, xs.nz_rows, dw);
      return dw;
    }

    double[] naiveZ() {
      DMatrixRMaj sum = zt.copy();
      double[] weights = new double[hidden];
      for (int slot = 0; slot < rows.count(); slot++) {
        rows.read(slot, weights);
        for (int i = 0; i < EXAMPLES; i++) {
          for (int j = 0; j < hidden; j++) {
            sum.add(i, j, xs.get(rows.row(slot), i) * weights[j]);
          }
        }
      }
      return sum.data;
    }

    double[] naiveDw() {
      DMatrixRMaj dw = new DMatrixRMaj(INPUTS, hidden);
      for (int row = 0; row < INPUTS; row++) {
        for (int i = 0; i < EXAMPLES; i++) {
          for (int j = 0; j < hidden; j++) {
            dw.add(row, j, xs.get(row, i) * dzt.get(i, j) / EXAMPLES);
          }
        }
      }
      return dw.data;
    }
  }
}
