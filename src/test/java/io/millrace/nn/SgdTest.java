package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SgdTest {
  private final Parameters parameters =
      Parameters.of(
          new double[][] {{1, 2}}, new double[] {3}, new double[][] {{4}}, new double[] {5});

  @Test
  void shouldStepAgainstTheGradientOfEveryParameter() {
    Parameters gradients =
        Parameters.of(
            new double[][] {{2, -2}}, new double[] {4}, new double[][] {{6}}, new double[] {8});

    new Sgd().update(parameters, gradients, 0.5);

    assertThat(parameters.w1()).isDeepEqualTo(new double[][] {{0, 3}});
    assertThat(parameters.b1Array()).containsExactly(1);
    assertThat(parameters.w2()).isDeepEqualTo(new double[][] {{1}});
    assertThat(parameters.b2Array()).containsExactly(1);
    assertThat(gradients.w1()).isDeepEqualTo(new double[][] {{2, -2}});
  }

  @Test
  void shouldRefuseGradientsOfAnotherShape() {
    Parameters gradients =
        Parameters.zeros(new Architecture(3, 1, 1, Activation.TANH, Output.SIGMOID));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sgd().update(parameters, gradients, 0.5))
        .withMessage("gradients: expected 2 inputs, 1 hidden, 1 outputs, found 3, 1, 1");
  }
}
