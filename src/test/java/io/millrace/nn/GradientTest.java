package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradients against two references that know nothing of backpropagation over a batch. */
class GradientTest {
  private static final int[] BATCH_SIZES = {7, 1, 12, 2};
  private static final long SEED = 42;

  /** Step of the finite differences: truncation, about step^4, and rounding are balanced there. */
  private static final double STEP = 1e-3;

  static List<Architecture> architectures() {
    return Problem.architectures();
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void shouldAgreeWithCentralFiniteDifferences(Architecture architecture) {
    Network network = new Network(architecture);
    for (int m : BATCH_SIZES) {
      Problem problem = Problem.random(architecture, m, SEED);
      Parameters analytic = gradients(network, problem).dense();
      for (int i = 0; i < analytic.matrices().size(); i++) {
        DMatrixRMaj parameters = problem.parameters().matrices().get(i);
        for (int j = 0; j < parameters.getNumElements(); j++) {
          double expected = finiteDifference(network, problem, parameters, j);
          assertThat(relativeError(analytic.matrices().get(i).get(j), expected))
              .as("%s, m = %d, matrix %d, element %d: %s", architecture, m, i, j, expected)
              .isLessThan(1e-7);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void shouldBeTheMeanOfTheGradientsOfTheSingleExamples(Architecture architecture) {
    Network network = new Network(architecture);
    Problem batch = Problem.random(architecture, 9, SEED);
    Parameters expected = Parameters.zeros(architecture);
    double cost = 0;
    for (int example = 0; example < batch.m(); example++) {
      DMatrixRMaj x = Problem.rowMatrix(batch.x(example));
      DMatrixRMaj y = Problem.rowMatrix(batch.y(example));
      Problem single = new Problem(architecture, batch.parameters(), x, y);
      add(1.0 / batch.m(), gradients(network, single).dense(), expected);
      cost += network.cost(y) / batch.m();
    }

    Parameters actual = gradients(network, batch).dense();

    add(-1, expected, actual);
    assertThat(actual.norm()).isLessThan(1e-14 * (1 + expected.norm()));
    assertThat(network.cost(batch.yt())).isCloseTo(cost, within(1e-14 * (1 + cost)));
  }

  private static Gradients gradients(Network network, Problem problem) {
    Gradients gradients = new Gradients(problem.architecture());
    network.forward(problem.parameters(), problem.xt());
    network.backward(problem.parameters(), problem.xt(), problem.yt(), gradients);
    return gradients;
  }

  // J' = ( 8 (J(+h) - J(-h)) - (J(+2h) - J(-2h)) ) / 12h + O(h^4)
  private static double finiteDifference(
      Network network, Problem problem, DMatrixRMaj parameters, int index) {
    double near = difference(network, problem, parameters, index, STEP);
    double far = difference(network, problem, parameters, index, 2 * STEP);
    return (8 * near - far) / (12 * STEP);
  }

  /** J(+h) - J(-h); the parameter is put back. */
  private static double difference(
      Network network, Problem problem, DMatrixRMaj parameters, int index, double h) {
    double value = parameters.data[index];
    parameters.data[index] = value + h;
    double above = cost(network, problem);
    parameters.data[index] = value - h;
    double below = cost(network, problem);
    parameters.data[index] = value;
    return above - below;
  }

  private static double cost(Network network, Problem problem) {
    network.forward(problem.parameters(), problem.xt());
    return network.cost(problem.yt());
  }

  /** Zero for equal numbers, so that the units a ReLU switched off must agree exactly. */
  private static double relativeError(double a, double b) {
    return a == b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  }

  private static void add(double factor, Parameters from, Parameters to) {
    for (int i = 0; i < to.matrices().size(); i++) {
      CommonOps_DDRM.addEquals(to.matrices().get(i), factor, from.matrices().get(i));
    }
  }
}
