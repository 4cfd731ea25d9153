package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTest {
  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-300, 1, 36, 710, 800, 1e16, 1e300, Double.MAX_VALUE})
  void shouldHaveAFiniteSigmoidLossForEveryFiniteZ(double z) {
    // the loss of z with label 0 is that of -z with label 1: log(1 + exp(z))
    double confident = StrictMath.log1p(StrictMath.exp(-z));
    for (double sign : new double[] {1, -1}) {
      double right = (1 + sign) / 2;
      assertThat(loss(Output.SIGMOID, row(sign * z), row(right)))
          .isCloseTo(confident, within(1e-15 * confident));
      assertThat(loss(Output.SIGMOID, row(sign * z), row(1 - right)))
          .isCloseTo(z + confident, within(1e-15 * (z + confident)));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-300, 1, 36, 710, 800, 1e16, 1e300, Double.MAX_VALUE / 2})
  void shouldHaveAFiniteSoftmaxLossForEveryFiniteZ(double z) {
    DMatrixRMaj zs = row(z, -z);
    double confident = StrictMath.log1p(StrictMath.exp(-2 * z));

    assertThat(loss(Output.SOFTMAX, zs, row(1, 0))).isCloseTo(confident, within(1e-15));
    assertThat(loss(Output.SOFTMAX, zs, row(0, 1)))
        .isCloseTo(2 * z + confident, within(1e-15 * (2 * z + confident)));
  }

  @Test
  void shouldStayFiniteWhenTheDifferenceOfTwoZsOverflows() {
    DMatrixRMaj zs = row(Double.MAX_VALUE, -Double.MAX_VALUE);

    assertThat(loss(Output.SOFTMAX, zs, row(1, 0))).isZero();
    assertThat(loss(Output.SOFTMAX, zs, row(0, 1))).isEqualTo(Double.MAX_VALUE);
    assertThat(loss(Output.SOFTMAX, zs, row(0.5, 0.5))).isEqualTo(Double.MAX_VALUE / 2);
  }

  @Test
  void shouldHaveFiniteProbabilitiesForEveryFiniteZ() {
    assertThat(value(Output.SIGMOID, -1e300, -800, 0, 800, 1e300)).containsExactly(0, 0, 0.5, 1, 1);
    assertThat(value(Output.SOFTMAX, -1e300, 800, 800)).containsExactly(0, 0.5, 0.5);
    assertThat(value(Output.SOFTMAX, 1e300, -1e300)).containsExactly(1, 0);
    assertThat(value(Output.IDENTITY, 1e300, -1e300)).containsExactly(1e300, -1e300);
  }

  @Test
  void shouldHaveHalfTheSquaredErrorOfNumbers() {
    assertThat(loss(Output.IDENTITY, row(1, -2), row(4, 2))).isEqualTo(12.5);
    assertThat(loss(Output.IDENTITY, row(1e150), row(0))).isEqualTo(0.5 * 1e150 * 1e150);
  }

  @Test
  void shouldCountAnExampleRightOnlyIfEverySigmoidIs() {
    DMatrixRMaj at = new DMatrixRMaj(new double[][] {{0.9, 0.2}, {0.9, 0.2}, {0.5, 0.2}});
    DMatrixRMaj yt = new DMatrixRMaj(new double[][] {{1, 0}, {1, 1}, {0, 0}});

    assertThat(Output.SIGMOID.right(at, yt)).isEqualTo(2); // exactly 0.5 is the negative class
  }

  @Test
  void shouldTakeTheFirstOfTheLargestSoftmaxOutputs() {
    DMatrixRMaj at = new DMatrixRMaj(new double[][] {{0.4, 0.6}, {0.5, 0.5}, {0.5, 0.5}});
    DMatrixRMaj yt = new DMatrixRMaj(new double[][] {{0, 1}, {1, 0}, {0, 1}});

    assertThat(Output.SOFTMAX.right(at, yt)).isEqualTo(2);
  }

  @Test
  void shouldCompareOutputsWhereverTheyAre() {
    double[] a = {9, 0.4, 0.6, 0.1};
    double[] b = {0, 1, 0, 9};

    assertThat(Output.SIGMOID.agree(a, 1, b, 0, 3)).isTrue();
    assertThat(Output.SIGMOID.agree(a, 1, b, 1, 3)).isFalse();
    assertThat(Output.SOFTMAX.agree(a, 1, b, 0, 3)).isTrue();
    assertThat(Output.SOFTMAX.agree(a, 1, b, 1, 3)).isFalse();
  }

  @Test
  void shouldHaveTheNamesOfTheConfiguration() {
    assertThat(Output.values())
        .extracting(Output::text)
        .containsExactly("sigmoid", "softmax", "identity");
    assertThat(Activation.values())
        .extracting(Activation::text)
        .containsExactly("tanh", "sigmoid", "relu", "leaky-relu");
    assertThat(Output.values()).extracting(Output::classifies).containsExactly(true, true, false);
  }

  private static double[] value(Output output, double... z) {
    DMatrixRMaj at = new DMatrixRMaj(0, 0);
    output.apply(row(z), at);
    return Problem.row(at, 0);
  }

  private static double loss(Output output, DMatrixRMaj zt, DMatrixRMaj yt) {
    double[] losses = new double[1];
    double sum = output.losses(zt, yt, losses);
    assertThat(losses).containsExactly(sum);
    return sum;
  }

  private static DMatrixRMaj row(double... values) {
    return Problem.rowMatrix(values);
  }
}
