package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkTest {
  private static final double EXACT = 1e-13;
  private static final long SEED = 7;

  private final Architecture architecture =
      new Architecture(2, 4, 3, Activation.TANH, Output.SIGMOID);
  private final Network network = new Network(architecture);
  private final Parameters parameters =
      Parameters.random(architecture, SEED, OptionalDouble.empty());
  private final Gradients gradients = new Gradients(architecture);

  static List<Architecture> architectures() {
    return Problem.architectures();
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void shouldAgreeWithTheNaiveNetworkWhateverTheBatchSizesBefore(Architecture each) {
    Network one = new Network(each);
    for (int m : new int[] {3, 20, 1, 6}) {
      Problem problem = Problem.random(each, m, SEED + m);
      NaiveNetwork naive = new NaiveNetwork(each, problem.parameters());
      Gradients actual = new Gradients(each);

      one.forward(problem.parameters(), problem.xt());
      one.backward(problem.parameters(), problem.xt(), problem.yt(), actual);

      for (int example = 0; example < m; example++) {
        naive.learn(problem.x(example), problem.y(example));
        assertThat(Problem.row(one.predictions(), example))
            .containsExactly(naive.a2, within(EXACT));
      }
      assertThat(one.cost(problem.yt())).isCloseTo(naive.loss / m, within(EXACT));
      assertThat(Arrays.stream(one.losses(), 0, m).average())
          .hasValueCloseTo(naive.loss / m, within(EXACT));
      assertMeans(m, naive.dw1, actual.dense().w1());
      assertMeans(m, new double[][] {naive.db1}, new double[][] {actual.dense().b1Array()});
      assertMeans(m, naive.dw2, actual.dense().w2());
      assertMeans(m, new double[][] {naive.db2}, new double[][] {actual.dense().b2Array()});
    }
  }

  @Test
  void shouldReadOnlyTheFirstRowsOfALargerBuffer() {
    Problem problem = Problem.random(architecture, 5, SEED);
    network.forward(parameters, problem.xt());
    double[] expected = Problem.row(network.predictions(), 0);

    problem.xt().reshape(1, 2);
    network.forward(parameters, problem.xt());

    assertThat(network.predictions().numRows).isEqualTo(1);
    assertThat(Problem.row(network.predictions(), 0)).containsExactly(expected);
  }

  @Test
  void shouldKeepItsWorkspaceForSmallerBatches() {
    network.forward(parameters, new DMatrixRMaj(8, 2));
    double[] workspace = network.predictions().data;

    network.forward(parameters, new DMatrixRMaj(3, 2));
    network.forward(parameters, new DMatrixRMaj(8, 2));

    assertThat(network.predictions().data).isSameAs(workspace);
  }

  @Test
  void shouldShareOutAccuracyOverTheExamples() {
    Network classifier = forwardThroughUnchanged(Output.SIGMOID, 1, -1, 0);

    assertThat(classifier.accuracy(column(1, 1, 0))).isEqualTo(2.0 / 3);
  }

  @Test
  void shouldHaveNoAccuracyForNumbers() {
    Network regression = forwardThroughUnchanged(Output.IDENTITY, 1, -1, 0);

    assertThatIllegalStateException()
        .isThrownBy(() -> regression.accuracy(column(1, -1, 0)))
        .withMessage("accuracy needs an output that classifies, found identity");
  }

  @Test
  void shouldHaveTheCostsWorkedOutByHand() {
    // 1/3 ( 1/2 2^2 + 0 + 1/2 3^2 )
    assertThat(forwardThroughUnchanged(Output.IDENTITY, 1, -1, 0).cost(column(3, -1, 3)))
        .isCloseTo(6.5 / 3, within(EXACT));
    // 1/2 ( log 2 + log 4 ), the second with a = 1/4
    assertThat(forwardThroughUnchanged(Output.SIGMOID, 0, -Math.log(3)).cost(column(0, 1)))
        .isCloseTo(1.5 * Math.log(2), within(EXACT));
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void shouldPassNaNThrough(Architecture each) {
    Problem problem = Problem.random(each, 3, SEED);
    problem.xt().set(1, 0, Double.NaN);
    Network one = new Network(each);
    Gradients actual = new Gradients(each);

    one.forward(problem.parameters(), problem.xt());
    one.backward(problem.parameters(), problem.xt(), problem.yt(), actual);

    assertThat(one.cost(problem.yt())).isNaN();
    assertThat(actual.dense().isFinite()).isFalse();
    assertThat(Problem.row(one.predictions(), 0)).doesNotContain(Double.NaN);
  }

  @Test
  void shouldRefuseToAnswerBeforeTheFirstForward() {
    DMatrixRMaj xt = new DMatrixRMaj(1, 2);
    DMatrixRMaj yt = new DMatrixRMaj(1, 3);
    String message = "forward must come first";
    assertThatIllegalStateException().isThrownBy(network::predictions).withMessage(message);
    assertThatIllegalStateException().isThrownBy(() -> network.cost(yt)).withMessage(message);
    assertThatIllegalStateException().isThrownBy(() -> network.accuracy(yt)).withMessage(message);
    assertThatIllegalStateException()
        .isThrownBy(() -> network.backward(parameters, xt, yt, gradients))
        .withMessage(message);
  }

  @Test
  void shouldRefuseShapesThatDoNotFitTheArchitecture() {
    Parameters other = Parameters.zeros(new Architecture(2, 5, 3, Activation.TANH, Output.SIGMOID));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.forward(other, new DMatrixRMaj(1, 2)))
        .withMessage("parameters: expected 2 inputs, 4 hidden, 3 outputs, found 2, 5, 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.forward(parameters, new DMatrixRMaj(6, 3)))
        .withMessage("X: expected 2 x 6 (one column an example), found 3 x 6");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.forward(parameters, new DMatrixRMaj(0, 2)))
        .withMessage("X: expected at least 1 example, found 0");
  }

  @Test
  void shouldRefuseShapesThatDoNotFitTheLastForward() {
    DMatrixRMaj xt = new DMatrixRMaj(6, 2);
    DMatrixRMaj yt = new DMatrixRMaj(6, 3);
    DMatrixRMaj shortY = new DMatrixRMaj(5, 3);
    Architecture wider = new Architecture(2, 5, 3, Activation.TANH, Output.SIGMOID);
    network.forward(parameters, xt);

    String message = "Y: expected 3 x 6 (one column an example), found 3 x 5";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.cost(shortY))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.accuracy(shortY))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.backward(parameters, xt, shortY, gradients))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.backward(parameters, new DMatrixRMaj(5, 2), yt, gradients))
        .withMessage("X: expected 2 x 6 (one column an example), found 2 x 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.backward(parameters, xt, yt, new Gradients(wider)))
        .withMessage("gradients: expected 2 inputs, 4 hidden, 3 outputs, found 2, 5, 3");
  }

  /** Z2 = X, one input and one output: the hidden units are max(x, 0) and max(-x, 0). */
  private static Network forwardThroughUnchanged(Output output, double... x) {
    Parameters unchanged =
        Parameters.of(
            new double[][] {{1}, {-1}},
            new double[] {0, 0},
            new double[][] {{1, -1}},
            new double[] {0});
    Network one = new Network(new Architecture(1, 2, 1, Activation.RELU, output));
    one.forward(unchanged, column(x));
    return one;
  }

  private static DMatrixRMaj column(double... values) {
    return new DMatrixRMaj(values.length, 1, true, values);
  }

  private static void assertMeans(int m, double[][] sums, double[][] actual) {
    for (int row = 0; row < sums.length; row++) {
      for (int column = 0; column < sums[row].length; column++) {
        assertThat(actual[row][column]).isCloseTo(sums[row][column] / m, within(EXACT));
      }
    }
  }
}
