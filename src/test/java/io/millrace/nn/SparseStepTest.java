package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DMatrixSparseCSC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One step with sparse inputs: its gradients, what it leaves alone, and what it costs. */
class SparseStepTest {
  private static final int INPUTS = 30;
  private static final double STEP = 1e-3;

  static List<Architecture> architectures() {
    List<Architecture> architectures = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      for (Output output : Output.values()) {
        architectures.add(new Architecture(2, INPUTS, 5, 3, activation, output));
        architectures.add(new Architecture(0, INPUTS, 9, 2, activation, output));
      }
    }
    return architectures;
  }

  /** A network that has learned some, and a mini-batch. */
  private static final class Step {
    final Architecture shape;
    final Network network;
    final Parameters parameters;
    final Gradients gradients;
    final DMatrixRMaj xt;
    final DMatrixSparseCSC xs;
    final DMatrixRMaj yt;

    Step(Architecture shape, int m, KernelKind kernel) {
      this.shape = shape;
      Random random = new Random(7);
      network = new Network(shape, kernel);
      gradients = new Gradients(shape);
      parameters = Parameters.random(shape, 3, 5, OptionalDouble.empty());
      xt = new DMatrixRMaj(m, shape.inputs());
      fill(xt, random);
      yt = new DMatrixRMaj(m, shape.outputs());
      for (int i = 0; i < m; i++) {
        yt.set(i, random.nextInt(shape.outputs()), 1);
      }
      xs = new DMatrixSparseCSC(shape.sparseInputs(), m, 0);
      for (int i = 0; i < m; i++) {
        for (int k = 0; k < 5; k++) {
          xs.set(random.nextInt(shape.sparseInputs()), i, random.nextGaussian());
        }
      }
      for (int row = 0; row < shape.sparseInputs(); row += 2) {
        DMatrixRMaj weights = new DMatrixRMaj(1, shape.hidden());
        fill(weights, random);
        parameters.sparse().add(row, weights.data);
      }
    }

    private static void fill(DMatrixRMaj matrix, Random random) {
      for (int i = 0; i < matrix.getNumElements(); i++) {
        matrix.data[i] = random.nextGaussian();
      }
    }

    void learn(Optimizer optimizer) {
      network.forward(parameters, xt, xs, gradients);
      network.cost(yt);
      network.backward(parameters, xt, xs, yt, gradients);
      gradients.addWeights(1e-3, parameters);
      if (gradients.norm() > 0.5) {
        gradients.scale(0.5 / gradients.norm());
      }
      optimizer.update(parameters, gradients, 0.01);
    }

    double cost() {
      network.forward(parameters, xt, xs);
      return network.cost(yt);
    }

    // J' = ( 8 (J(+h) - J(-h)) - (J(+2h) - J(-2h)) ) / 12h + O(h^4)
    double finiteDifference(double[] numbers, int at) {
      double value = numbers[at];
      double sum = 0;
      for (int k : new int[] {-2, -1, 1, 2}) {
        numbers[at] = value + k * STEP;
        sum += (k % 2 == 0 ? -1 : 8) * Integer.signum(k) * cost();
      }
      numbers[at] = value;
      return sum / (12 * STEP);
    }
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void shouldAgreeWithCentralFiniteDifferences(Architecture shape) {
    for (KernelKind kernel : KernelKind.values()) {
      Step step = new Step(shape, 6, kernel);
      step.network.forward(step.parameters, step.xt, step.xs, step.gradients);
      step.network.backward(step.parameters, step.xt, step.xs, step.yt, step.gradients);
      SparseRows rows = step.parameters.sparse();
      TouchedRows touched = step.gradients.sparse();
      double[] dw = touched.dw1t().clone();
      double[] db = step.gradients.dense().b1().data.clone();
      assertThat(touched.count()).isGreaterThan(10);
      for (int number = 0; number < touched.count(); number++) {
        int slot = touched.slot(number);
        for (int j = 0; j < shape.hidden(); j++) {
          double expected = step.finiteDifference(rows.chunk(slot), rows.start(slot) + j);
          assertClose(dw[number * shape.hidden() + j], expected);
        }
      }
      for (int j = 0; j < shape.hidden(); j++) {
        assertClose(db[j], step.finiteDifference(step.parameters.b1().data, j));
      }
    }
  }

  private static void assertClose(double actual, double expected) {
    double scale = Math.max(1e-3, Math.max(Math.abs(actual), Math.abs(expected)));
    assertThat(Math.abs(actual - expected) / scale).isLessThan(1e-7);
  }

  /** Rows that are not touched stay as they are, and so does what the optimiser keeps for them. */
  @ParameterizedTest
  @EnumSource
  void shouldLeaveRowsAloneThatAreNotTouched(OptimizerKind kind) {
    Step step = new Step(architectures().get(0), 3, KernelKind.EJML);
    Optimizer optimizer = kind.start(step.shape);
    for (int i = 0; i < 5; i++) {
      step.learn(optimizer);
    }
    SparseRows before = step.parameters.sparse().copy();
    DMatrixSparseCSC one = new DMatrixSparseCSC(INPUTS, 3, 0);
    one.set(4, 1, 1);
    one.set(17, 2, -1);
    step.network.forward(step.parameters, step.xt, one, step.gradients);
    step.network.backward(step.parameters, step.xt, one, step.yt, step.gradients);
    optimizer.update(step.parameters, step.gradients, 0.01);

    SparseRows after = step.parameters.sparse();
    assertThat(after.arrays()).isEqualTo(kind.arrays());
    for (int slot = 0; slot < before.count(); slot++) {
      double[] was = new double[5 * (1 + kind.arrays())];
      double[] is = new double[was.length];
      before.read(slot, was);
      after.read(slot, is);
      boolean isTouched = after.row(slot) == 4 || after.row(slot) == 17;
      assertThat(Arrays.equals(was, is)).isNotEqualTo(isTouched);
    }
  }

  /** What is not known adds nothing, to the bit, and is not known afterwards either. */
  @ParameterizedTest
  @EnumSource
  void shouldPredictWithoutRowsThatWereNeverSeen(KernelKind kernel) {
    Architecture shape = new Architecture(2, 1 << 30, 19, 1, Activation.TANH, Output.SIGMOID);
    Network network = new Network(shape, kernel);
    Parameters parameters = Parameters.random(shape, 1, 5, OptionalDouble.empty());
    double[] weights = new double[19];
    Arrays.setAll(weights, j -> Math.sin(j));
    parameters.sparse().add(1 << 20, weights);
    DMatrixRMaj xt = new DMatrixRMaj(new double[][] {{0.5, -2}});
    network.forward(parameters, xt, column(1 << 20));
    double expected = network.logits().get(0);

    network.forward(parameters, xt, column(0, 3, 1 << 20, (1 << 30) - 1));

    assertThat(network.logits().get(0)).isEqualTo(expected);
    assertThat(parameters.sparse().count()).isEqualTo(1);
    network.forward(parameters, xt, column());
    assertThat(network.logits().get(0)).isNotEqualTo(expected);
  }

  private static DMatrixSparseCSC column(int... rows) {
    DMatrixSparseCSC xs = new DMatrixSparseCSC(1 << 30, 1, rows.length);
    for (int row : rows) {
      xs.set(row, 0, 1);
    }
    return xs;
  }

  @Test
  void shouldRefuseSparseInputsOfAnotherShape() {
    Step step = new Step(architectures().get(0), 3, KernelKind.EJML);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                step.network.forward(
                    step.parameters, step.xt, new DMatrixSparseCSC(INPUTS + 1, 3, 0)))
        .withMessage("Xs: expected 30 x 3 (one column an example), found 31 x 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> step.network.forward(step.parameters, step.xt))
        .withMessage("Xs: expected 30 x 3 (one column an example), found 0 x 3");
  }

  /** Vectors of the interpreter are objects; what is compiled has none, as the benchmark says. */
  @ParameterizedTest
  @EnumSource
  void shouldAllocateNothingInTheSteadyState(OptimizerKind kind) {
    Step step = new Step(architectures().get(0), 32, KernelKind.EJML);
    Optimizer optimizer = kind.start(step.shape);
    for (int i = 0; i < 3; i++) {
      step.learn(optimizer);
    }
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    threads.getThreadAllocatedBytes(id);
    long before = threads.getThreadAllocatedBytes(id);
    for (int i = 0; i < 100; i++) {
      step.learn(optimizer);
    }
    long bytes = threads.getThreadAllocatedBytes(id) - before;
    // StrictMath.pow has small arrays of its own before it is compiled
    assertThat(bytes).as("bytes of 100 steps").isLessThan(100 * 256);
  }
}
