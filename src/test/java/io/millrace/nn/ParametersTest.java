package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {
  private static final OptionalDouble AUTO = OptionalDouble.empty();

  private final double[][] w1 = {{1, 2}, {3, 4}, {5, 6}};
  private final double[] b1 = {7, 8, 9};
  private final double[][] w2 = {{10, 11, 12}};
  private final double[] b2 = {13};

  @Test
  void shouldKeepWeightsTransposed() {
    Parameters parameters = Parameters.of(w1, b1, w2, b2);

    assertThat(parameters.w1t().data).containsExactly(1, 3, 5, 2, 4, 6);
    assertThat(parameters.w2t().numRows).isEqualTo(3);
    assertThat(parameters.w2t().numCols).isEqualTo(1);
    assertThat(new int[] {parameters.inputs(), parameters.hidden(), parameters.outputs()})
        .containsExactly(2, 3, 1);
  }

  @Test
  void shouldGiveBackThePublicFormAsCopies() {
    Parameters parameters = Parameters.of(w1, b1, w2, b2);

    parameters.w1()[0][0] = -1;
    parameters.b1Array()[0] = -1;
    b1[1] = -1;

    assertThat(parameters.w1()).isDeepEqualTo(w1);
    assertThat(parameters.b1Array()).containsExactly(7, 8, 9);
    assertThat(parameters.w2()).isDeepEqualTo(w2);
    assertThat(parameters.b2Array()).containsExactly(13);
  }

  @Test
  void shouldShowItsMatricesLiveAndInOrder() {
    Parameters parameters = Parameters.of(w1, b1, w2, b2);

    assertThat(parameters.matrices())
        .containsExactly(parameters.w1t(), parameters.b1(), parameters.w2t(), parameters.b2());
    parameters.matrices().get(0).set(1, 2, -6);
    assertThat(parameters.w1()[2][1]).isEqualTo(-6);
  }

  @Test
  void shouldCopyEverythingAndShareNothing() {
    Parameters parameters = Parameters.of(w1, b1, w2, b2);
    Parameters copy = parameters.copy();

    for (int i = 0; i < copy.matrices().size(); i++) {
      DMatrixRMaj original = parameters.matrices().get(i);
      assertThat(copy.matrices().get(i).data).containsExactly(original.data);
      assertThat(copy.matrices().get(i).data).isNotSameAs(original.data);
    }
  }

  @Test
  void shouldRefuseToTakeOverAnotherShape() {
    Parameters small = Parameters.zeros(architecture(2, 2, 1, Activation.TANH));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> small.set(Parameters.of(w1, b1, w2, b2)))
        .withMessage("parameters: expected 2 inputs, 2 hidden, 1 outputs, found 2, 3, 1");
  }

  @Test
  void shouldMeasureAllParametersAsOneVector() {
    // 1^2 + 2^2 + ... + 13^2
    assertThat(Parameters.of(w1, b1, w2, b2).norm()).isEqualTo(Math.sqrt(819));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void shouldFindWhatIsNotFiniteInEveryMatrix(double value) {
    for (int i = 0; i < 4; i++) {
      Parameters parameters = Parameters.of(w1, b1, w2, b2);
      assertThat(parameters.isFinite()).isTrue();

      parameters.matrices().get(i).set(0, value);

      assertThat(parameters.isFinite()).isFalse();
    }
  }

  @Test
  void shouldRefuseShapesThatDoNotFitTogether() {
    assertRefused(new double[][] {}, b1, w2, b2, "rows of W1: expected at least 1, found 0");
    assertRefused(new double[][] {{}}, b1, w2, b2, "columns of W1: expected at least 1, found 0");
    assertRefused(w1, b1, new double[][] {}, b2, "rows of W2: expected at least 1, found 0");
    assertRefused(
        new double[][] {{1, 2}, {3}, {5, 6}}, b1, w2, b2, "W1, row 1: expected 2 numbers, found 1");
    assertRefused(w1, new double[2], w2, b2, "b1: expected 3 numbers, found 2");
    assertRefused(w1, b1, new double[1][4], b2, "W2, row 0: expected 3 numbers, found 4");
    assertRefused(w1, b1, w2, new double[2], "b2: expected 1 numbers, found 2");
  }

  @Test
  void shouldRefuseNumbersThatAreNotFinite() {
    w1[2][1] = Double.NaN;
    assertRefused(w1, b1, w2, b2, "W1, row 2: expected finite numbers, found NaN at index 1");
    w1[2][1] = 6;
    b2[0] = Double.NEGATIVE_INFINITY;
    assertRefused(w1, b1, w2, b2, "b2: expected finite numbers, found -Infinity at index 0");
  }

  @Test
  void shouldRefuseWeightsThatAreAllZero() {
    assertRefused(
        new double[3][2],
        b1,
        new double[1][3],
        b2,
        "weights: expected some that are not zero, found all zero: "
            + "every hidden unit would compute the same function for ever");

    assertThat(Parameters.of(new double[3][2], b1, w2, b2).w2()).isDeepEqualTo(w2);
    assertThat(Parameters.of(w1, b1, new double[1][3], b2).w1()).isDeepEqualTo(w1);
  }

  @Test
  void shouldDrawTheSameNumbersOnEveryMachine() {
    Parameters parameters = Parameters.random(architecture(2, 2, 1, Activation.TANH), 42, AUTO);

    assertThat(parameters.w1())
        .isDeepEqualTo(
            new double[][] {
              {0.8074489920439609, 0.6501195954025447}, {-0.6716571401684126, -0.7827603382206101}
            });
    assertThat(parameters.w2())
        .isDeepEqualTo(new double[][] {{0.19868119324304184, 0.4841014213467425}});
  }

  @Test
  void shouldDrawOtherNumbersForAnotherSeed() {
    Architecture architecture = architecture(2, 2, 1, Activation.TANH);

    assertThat(Parameters.random(architecture, 1, AUTO).w1())
        .isNotEqualTo(Parameters.random(architecture, 2, AUTO).w1());
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void shouldStartWithBiasesOfZero(Activation activation) {
    Parameters parameters = Parameters.random(architecture(3, 5, 2, activation), 42, AUTO);

    assertThat(parameters.b1Array()).containsOnly(0);
    assertThat(parameters.b2Array()).containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"TANH, 1", "SIGMOID, 1", "RELU, 2", "LEAKY_RELU, 2"})
  void shouldScaleTheVarianceToTheInputsOfTheLayer(Activation activation, double gain) {
    Parameters parameters = Parameters.random(architecture(200, 300, 250, activation), 42, AUTO);

    assertNormal(gain / 200, parameters.w1t());
    assertNormal(1.0 / 300, parameters.w2t());
  }

  @Test
  void shouldTakeAFixedScaleForBothLayers() {
    Architecture architecture = architecture(200, 300, 250, Activation.RELU);

    Parameters parameters = Parameters.random(architecture, 42, OptionalDouble.of(0.01));

    assertNormal(1e-4, parameters.w1t());
    assertNormal(1e-4, parameters.w2t());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.01, Double.NaN, Double.POSITIVE_INFINITY})
  void shouldRefuseAScaleThatBreaksNoSymmetry(double scale) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Parameters.random(
                    architecture(2, 2, 1, Activation.TANH), 42, OptionalDouble.of(scale)))
        .withMessage("scale: expected a finite number above 0, found " + scale);
  }

  /** Mean and variance within five standard errors. */
  private static void assertNormal(double variance, DMatrixRMaj weights) {
    int count = weights.getNumElements();
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < count; i++) {
      sum += weights.get(i);
      squares += weights.get(i) * weights.get(i);
    }
    assertThat(sum / count).isCloseTo(0, within(5 * Math.sqrt(variance / count)));
    assertThat(squares / count).isCloseTo(variance, within(5 * variance * Math.sqrt(2.0 / count)));
  }

  private static Architecture architecture(int n0, int n1, int n2, Activation activation) {
    return new Architecture(n0, n1, n2, activation, Output.SIGMOID);
  }

  private static void assertRefused(
      double[][] w1, double[] b1, double[][] w2, double[] b2, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Parameters.of(w1, b1, w2, b2))
        .withMessage(message);
  }
}
