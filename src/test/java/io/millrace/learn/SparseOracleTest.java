package io.millrace.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.example.MiniBatch;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.KernelKind;
import io.millrace.nn.NaiveLearner;
import io.millrace.nn.NaiveLearner.Rule;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import io.millrace.nn.SparseRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both blocks of X against an oracle for which sparse inputs are inputs like the others. */
class SparseOracleTest {
  private static final int BATCHES = 60;
  private static final int SPARSE_INPUTS = 40;
  private static final double ANY = Double.POSITIVE_INFINITY;

  private record Variant(Architecture architecture, Rule rule, KernelKind kernel) {}

  /** Each optimiser with each activation and output, without dense inputs with every third. */
  static List<Variant> variants() {
    List<Variant> variants = new ArrayList<>();
    for (OptimizerKind kind : OptimizerKind.values()) {
      for (Activation activation : Activation.values()) {
        for (Output output : Output.values()) {
          int number = variants.size();
          int inputs = number % 3 == 2 ? 0 : 3;
          int outputs = output == Output.SOFTMAX ? 3 : 1 + number % 2;
          // a row that is not touched does not decay, which the oracle knows
          double l2 = number % 5 == 1 ? 0.01 : 0;
          double clip = number % 4 == 3 ? 0.3 : ANY;
          variants.add(
              new Variant(
                  new Architecture(inputs, SPARSE_INPUTS, 5, outputs, activation, output),
                  new Rule(kind, rate(kind), 0.01, l2, clip, number % 2 == 1),
                  number / 2 % 2 == 0 ? KernelKind.EJML : KernelKind.VECTOR));
        }
      }
    }
    return variants;
  }

  private static double rate(OptimizerKind kind) {
    return switch (kind) {
      case SGD, ADAGRAD -> 0.1;
      case MOMENTUM -> 0.02;
      case ADAM -> 0.01;
    };
  }

  @ParameterizedTest
  @MethodSource("variants")
  void shouldHaveTheCostsAndTheParametersOfTheNaiveLearner(Variant variant) {
    Architecture shape = variant.architecture;
    Rule rule = variant.rule;
    Random random = new Random(3);
    Parameters start = Parameters.random(shape, 2, 5, OptionalDouble.empty());
    NaiveLearner naive = new NaiveLearner(shape, start, rule);
    Model model = Model.start(shape, start.copy(), rule.optimizer(), rule.scaled());
    Learner learner =
        new Learner(
            model,
            new Training(
                updates -> rule.rate() / (1 + rule.decay() * updates),
                rule.l2(),
                rule.clip() < ANY ? OptionalDouble.of(rule.clip()) : OptionalDouble.empty()),
            variant.kernel);

    for (int number = 1; number <= BATCHES; number++) {
      MiniBatch batch = Batches.sparse(shape, 1 + random.nextInt(16), random);
      double expected = naive.learn(Batches.allInputs(batch), Batches.rows(batch.yt()));

      BatchMetrics metrics = (BatchMetrics) learner.learn(batch, number);

      assertThat(metrics.cost())
          .as("cost of mini-batch %d", number)
          .isCloseTo(expected, within(1e-12 * (1 + expected)));
      assertThat(metrics.gradientNorm())
          .as("gradient norm of mini-batch %d", number)
          .isCloseTo(naive.gradientNorm(), within(1e-12 * (1 + naive.gradientNorm())));
    }
    assertSameParameters(model.parameters(), naive.parameterRows());
  }

  private static void assertSameParameters(Parameters actual, List<double[]> expected) {
    int n1 = actual.hidden();
    for (int unit = 0; unit < n1; unit++) {
      double[] w1 = Arrays.copyOf(actual.w1()[unit], expected.get(unit).length);
      SparseRows rows = actual.sparse();
      for (int slot = 0; slot < rows.count(); slot++) {
        double[] weights = new double[n1];
        rows.read(slot, weights);
        w1[actual.inputs() + rows.row(slot)] = weights[unit];
      }
      assertThat(w1).as("W1 of unit %d", unit).containsExactly(expected.get(unit), within(1e-12));
    }
    assertThat(actual.b1Array()).containsExactly(expected.get(n1), within(1e-12));
    for (int k = 0; k < actual.outputs(); k++) {
      assertThat(actual.w2()[k]).containsExactly(expected.get(n1 + 1 + k), within(1e-12));
    }
    assertThat(actual.b2Array()).containsExactly(expected.get(expected.size() - 1), within(1e-12));
  }
}
