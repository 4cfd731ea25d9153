package io.millrace.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.millrace.example.MiniBatch;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.NaiveLearner;
import io.millrace.nn.NaiveLearner.Rule;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Learning, against an oracle that shares nothing with it, and on streams that need scaling. */
class LearnerOracleTest {
  private static final int BATCHES = 300;
  private static final double RELATIVE_ERROR = 1e-9;
  private static final double ANY = Double.POSITIVE_INFINITY;

  private record Variant(Architecture architecture, Rule rule) {}

  /** Each optimiser with each output, scaled and not; l2, clipping and decay with every other. */
  static List<Variant> variants() {
    List<Variant> variants = new ArrayList<>();
    List<Activation> activations = List.of(Activation.values());
    for (OptimizerKind kind : OptimizerKind.values()) {
      for (Output output : Output.values()) {
        for (boolean scaled : new boolean[] {false, true}) {
          int number = variants.size();
          Activation activation = activations.get((number / 2 + number / 8) % activations.size());
          int outputs = output == Output.SOFTMAX ? 3 : 2;
          double l2 = number % 3 == 1 ? 0.01 : 0;
          double clip = number % 4 < 2 ? ANY : 0.3;
          double decay = number % 5 < 3 ? 0 : 0.01;
          variants.add(
              new Variant(
                  new Architecture(4, 5, outputs, activation, output),
                  new Rule(kind, rate(kind), decay, l2, clip, scaled)));
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
  void shouldHaveTheCostsOfTheNaiveLearner(Variant variant) {
    Rule rule = variant.rule;
    Random random = new Random(3);
    Parameters start = Parameters.random(variant.architecture, 5, OptionalDouble.empty());
    NaiveLearner naive = new NaiveLearner(variant.architecture, start, rule);
    Learner learner = learner(variant.architecture, start, rule);
    int clipped = 0;

    for (int number = 1; number <= BATCHES; number++) {
      MiniBatch batch = Batches.random(variant.architecture, 1 + random.nextInt(16), random);
      if (rule.scaled()) {
        spread(batch);
      }
      double expected = naive.learn(Batches.rows(batch.xt()), Batches.rows(batch.yt()));

      BatchMetrics metrics = (BatchMetrics) learner.learn(batch, number);

      assertThat(metrics.cost())
          .as("cost of mini-batch %d", number)
          .isCloseTo(expected, withinPercentage(100 * RELATIVE_ERROR));
      assertThat(metrics.gradientNorm())
          .as("gradient norm of mini-batch %d", number)
          .isCloseTo(naive.gradientNorm(), withinPercentage(100 * RELATIVE_ERROR));
      clipped += metrics.gradientNorm() > rule.clip() ? 1 : 0;
    }

    assertThat(clipped > 0).as("gradients were clipped").isEqualTo(rule.clip() < ANY);
    assertThat(learner.model().version()).isEqualTo(BATCHES);
  }

  /** Gives the inputs means and scales of their own. */
  private static void spread(MiniBatch batch) {
    double[] mean = {50, -0.003, 1e6, 0};
    double[] scale = {7, 1e-3, 3e5, 1};
    for (int i = 0; i < batch.size() * batch.inputs(); i++) {
      int input = i % batch.inputs();
      batch.xt().data[i] = mean[input] + scale[input] * batch.xt().data[i];
    }
  }

  private static Learner learner(Architecture architecture, Parameters start, Rule rule) {
    Model model = Model.start(architecture, start.copy(), rule.optimizer(), rule.scaled());
    return new Learner(
        model,
        new Training(
            updates -> rule.rate() / (1 + rule.decay() * updates),
            rule.l2(),
            rule.clip() < ANY ? OptionalDouble.of(rule.clip()) : OptionalDouble.empty()));
  }

  @Test
  void shouldLearnFromMillionsAndThousandthsWithScalingAndTheDefaultRate() {
    double baseRate = Math.log(2); // the labels are fair coins

    assertThat(costOfMillionsAndThousandths(true)).isLessThan(baseRate / 2);
    assertThat(costOfMillionsAndThousandths(false)).isGreaterThan(baseRate * 0.9);
  }

  /** The mean cost of the last 100 of 500 mini-batches. */
  private static double costOfMillionsAndThousandths(boolean isScaled) {
    Architecture architecture = new Architecture(2, 16, 1, Activation.TANH, Output.SIGMOID);
    Parameters start = Parameters.random(architecture, 1, OptionalDouble.empty());
    Learner learner =
        new Learner(
            Model.start(architecture, start, OptimizerKind.SGD, isScaled), Batches.rate(0.1));
    Random random = new Random(11);
    double sum = 0;
    for (int number = 0; number < 500; number++) {
      double[][] xs = new double[32][];
      double[][] ys = new double[32][];
      for (int example = 0; example < xs.length; example++) {
        double u = random.nextGaussian();
        double v = random.nextGaussian();
        xs[example] = new double[] {3e6 + 1e6 * u, 0.002 + 0.001 * v};
        ys[example] = new double[] {u + 2 * v > 0 ? 1 : 0};
      }
      BatchMetrics metrics = (BatchMetrics) learner.learn(Batches.of(xs, ys), number);
      sum += number < 400 ? 0 : metrics.cost();
    }
    return sum / 100;
  }

  @Test
  void shouldLeaveTheMiniBatchAsItIs() {
    Architecture architecture = new Architecture(2, 3, 1, Activation.TANH, Output.SIGMOID);
    Parameters start = Parameters.random(architecture, 1, OptionalDouble.empty());
    Learner learner =
        new Learner(Model.start(architecture, start, OptimizerKind.SGD, true), Batches.rate(0.1));
    MiniBatch batch = Batches.random(architecture, 5, new Random(1));
    double[] x = batch.xt().data.clone();
    double[] y = batch.yt().data.clone();

    Outcome outcome = learner.learn(batch, 7);

    assertThat(outcome).isInstanceOf(BatchMetrics.class);
    assertThat(batch.xt().data).containsExactly(x);
    assertThat(batch.yt().data).containsExactly(y);
    assertThat(learner.model().scaler().orElseThrow().count()).isEqualTo(5);
    assertThat(learner.model().learnedThrough()).isEqualTo(7);
  }
}
