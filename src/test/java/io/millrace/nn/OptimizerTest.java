package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OptimizerTest {
  private static final Architecture SHAPE =
      new Architecture(2, 1, 1, Activation.TANH, Output.SIGMOID);
  private static final double RATE = 0.5;
  private static final double EXACT = 1e-15;

  private final Parameters parameters =
      Parameters.of(
          new double[][] {{1, 2}}, new double[] {3}, new double[][] {{4}}, new double[] {5});

  /** All gradients the same, so that each parameter takes the same steps. */
  private static Gradients gradients(double gradient) {
    Gradients gradients = new Gradients(SHAPE);
    gradients.dense().matrices().forEach(matrix -> matrix.fill(gradient));
    return gradients;
  }

  private void assertSteps(Optimizer optimizer, double gradient, double... steps) {
    Parameters before = parameters.copy();
    optimizer.update(parameters, gradients(gradient), RATE);
    for (double step : steps) {
      assertThat(parameters.w1()[0])
          .containsExactly(
              new double[] {before.w1()[0][0] + step, before.w1()[0][1] + step}, within(EXACT));
      assertThat(parameters.b1Array()[0]).isCloseTo(before.b1Array()[0] + step, within(EXACT));
      assertThat(parameters.w2()[0][0]).isCloseTo(before.w2()[0][0] + step, within(EXACT));
      assertThat(parameters.b2Array()[0]).isCloseTo(before.b2Array()[0] + step, within(EXACT));
    }
  }

  @Test
  void shouldStepAgainstTheGradientOfEveryParameter() {
    Gradients gradients = new Gradients(SHAPE);
    gradients
        .dense()
        .set(
            Parameters.of(
                new double[][] {{2, -2}},
                new double[] {4},
                new double[][] {{6}},
                new double[] {8}));

    OptimizerKind.SGD.start(SHAPE).update(parameters, gradients, RATE);

    assertThat(parameters.w1()).isDeepEqualTo(new double[][] {{0, 3}});
    assertThat(parameters.b1Array()).containsExactly(1);
    assertThat(parameters.w2()).isDeepEqualTo(new double[][] {{1}});
    assertThat(parameters.b2Array()).containsExactly(1);
    assertThat(gradients.dense().w1()).isDeepEqualTo(new double[][] {{2, -2}});
  }

  @Test
  void shouldKeepNineTenthsOfTheVelocity() {
    Optimizer momentum = OptimizerKind.MOMENTUM.start(SHAPE);

    assertSteps(momentum, 2, -0.5 * 2);
    assertSteps(momentum, -4, -0.5 * (1.8 - 4));
    assertSteps(momentum, 0, -0.5 * 0.9 * (1.8 - 4));
  }

  @Test
  void shouldDivideByTheRootOfTheSumOfSquares() {
    Optimizer adagrad = OptimizerKind.ADAGRAD.start(SHAPE);

    assertSteps(adagrad, 3, -0.5 * 3 / (3 + 1e-8));
    assertSteps(adagrad, -4, 0.5 * 4 / (5 + 1e-8));
    assertSteps(adagrad, 0, 0);
  }

  @Test
  void shouldDivideTheCorrectedMeanByTheRootOfTheCorrectedSquare() {
    Optimizer adam = OptimizerKind.ADAM.start(SHAPE);

    assertSteps(adam, 2, -0.5 * 2 / (2 + 1e-8));
    // M = 0.9 * 0.2 - 0.1, V = 0.999 * 0.004 + 0.001, t = 2
    double mean = 0.08 / (1 - 0.81);
    double square = 0.004996 / (1 - 0.998001);
    assertSteps(adam, -1, -0.5 * mean / (Math.sqrt(square) + 1e-8));
    assertThat(adam.steps()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void shouldGoOnToTheBitFromACopyOfItsState(OptimizerKind kind) {
    Optimizer optimizer = kind.start(SHAPE);
    optimizer.update(parameters, gradients(0.3), RATE);
    Parameters others = parameters.copy();
    Optimizer resumed =
        kind.resume(optimizer.steps(), optimizer.state().stream().map(Parameters::copy).toList());
    Optimizer copy = optimizer.copy();

    optimizer.update(parameters, gradients(-0.7), RATE);
    resumed.update(others, gradients(-0.7), RATE);

    assertThat(others.w1()).isDeepEqualTo(parameters.w1());
    assertThat(others.b2Array()).containsExactly(parameters.b2Array());
    assertThat(resumed.kind()).isEqualTo(kind);
    if (kind != OptimizerKind.SGD) { // the copy has not moved along
      assertThat(copy.state().get(0).b1Array()).isNotEqualTo(optimizer.state().get(0).b1Array());
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldStayFiniteWithTheLargestGradientsAndRates(OptimizerKind kind) {
    Parameters largest = Parameters.zeros(SHAPE);
    largest.set(gradients(Double.MAX_VALUE).dense());
    Optimizer optimizer = kind.start(SHAPE);

    for (int step = 0; step < 100; step++) {
      optimizer.update(largest, gradients(-Optimizer.LARGEST), Optimizer.LARGEST);
      optimizer.update(parameters, gradients(Optimizer.LARGEST), Optimizer.LARGEST);
    }

    assertThat(largest.isFinite()).isTrue();
    assertThat(parameters.isFinite()).isTrue();
    assertThat(optimizer.state()).allMatch(Parameters::isFinite);
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseGradientsOfAnotherShape(OptimizerKind kind) {
    Gradients gradients = new Gradients(new Architecture(3, 1, 1, Activation.TANH, Output.SIGMOID));
    Optimizer optimizer = kind.start(SHAPE);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> optimizer.update(parameters, gradients, RATE))
        .withMessage("gradients: expected 2 inputs, 1 hidden, 1 outputs, found 3, 1, 1");
  }

  @Test
  void shouldRefuseAStateOfAnotherKind() {
    List<Parameters> one = List.of(Parameters.zeros(SHAPE));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> OptimizerKind.ADAM.resume(3, one))
        .withMessage("adam keeps 2 arrays. Got: 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OptimizerKind.MOMENTUM.resume(3, one))
        .withMessage("momentum cannot have made 3 steps");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OptimizerKind.ADAM.resume(-1, List.of(one.get(0), one.get(0))))
        .withMessage("adam cannot have made -1 steps");
  }
}
