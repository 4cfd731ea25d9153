package io.millrace.learn.quality;

import io.millrace.nn.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Keeps every example for ever and computes every figure anew from them, by its definition. */
final class NaiveEvaluation {
  /** The prediction of what has none. */
  private static final double[] NOTHING = {};

  private final Output output;
  private final int window;
  private final List<Example> examples = new ArrayList<>();

  NaiveEvaluation(Output output, int window) {
    this.output = output;
    this.window = window;
  }

  /** What was predicted, what the baseline and "no change" would have, and what it was. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Example(
      double[] z, double[] a, double[] baseline, double[] noChange, double[] y) {}

  void add(double[][] z, double[][] a, double[][] y) {
    List<Example> before = List.copyOf(examples);
    for (int i = 0; i < y.length; i++) {
      examples.add(
          new Example(
              z[i],
              a[i],
              before.isEmpty() && output == Output.IDENTITY
                  ? NOTHING
                  : baseline(before, y[i].length),
              examples.isEmpty() ? NOTHING : examples.get(examples.size() - 1).y,
              y[i]));
    }
  }

  private double[] baseline(List<Example> before, int outputs) {
    double[] predicted = new double[outputs];
    for (int k = 0; k < outputs; k++) {
      double sum = 0;
      for (Example example : before) {
        sum += example.y[k];
      }
      predicted[k] =
          switch (output) {
            case SIGMOID -> (sum + 1) / (before.size() + 2);
            case SOFTMAX -> (sum + 1) / (before.size() + outputs);
            case IDENTITY -> sum / before.size();
          };
    }
    return predicted;
  }

  Quality window() {
    int n = examples.size();
    return quality(examples.subList(Math.max(0, n - window), n));
  }

  Quality sinceStart() {
    return quality(examples);
  }

  private Quality quality(List<Example> of) {
    boolean isRegression = output == Output.IDENTITY;
    boolean isScored = output == Output.SIGMOID && of.get(0).y.length == 1;
    OptionalDouble cost = cost(of, Example::a);
    OptionalDouble none = OptionalDouble.empty();
    return new Quality(
        of.size(),
        cost.orElseThrow(),
        isRegression ? none : accuracy(of, Example::a),
        isScored ? auc(of) : none,
        isScored ? cost : none,
        isRegression ? mae(of, Example::a) : none,
        isRegression ? rmse(of, Example::a) : none,
        reference(of, Example::baseline, true),
        reference(of, Example::noChange, isRegression));
  }

  private Quality.Reference reference(
      List<Example> of, Function<Example, double[]> predicted, boolean hasCost) {
    boolean isRegression = output == Output.IDENTITY;
    OptionalDouble none = OptionalDouble.empty();
    return new Quality.Reference(
        hasCost ? cost(of, predicted) : none,
        isRegression ? none : accuracy(of, predicted),
        isRegression ? mae(of, predicted) : none,
        isRegression ? rmse(of, predicted) : none);
  }

  private static OptionalDouble mean(
      List<Example> of, Function<Example, double[]> predicted, ToDoubleFunction<Example> figure) {
    return of.stream()
        .filter(example -> predicted.apply(example) != NOTHING)
        .mapToDouble(figure)
        .average();
  }

  private OptionalDouble cost(List<Example> of, Function<Example, double[]> predicted) {
    return mean(of, predicted, example -> loss(predicted.apply(example), example.y));
  }

  private double loss(double[] p, double[] y) {
    double loss = 0;
    for (int k = 0; k < y.length; k++) {
      loss +=
          switch (output) {
            case SIGMOID -> -y[k] * Math.log(p[k]) - (1 - y[k]) * Math.log(1 - p[k]);
            case SOFTMAX -> y[k] == 0 ? 0 : -y[k] * Math.log(p[k]);
            case IDENTITY -> (p[k] - y[k]) * (p[k] - y[k]) / 2;
          };
    }
    return loss;
  }

  private OptionalDouble accuracy(List<Example> of, Function<Example, double[]> predicted) {
    return mean(of, predicted, e -> classOf(predicted.apply(e)).equals(classOf(e.y)) ? 1 : 0);
  }

  private List<Boolean> classOf(double[] p) {
    List<Boolean> classes = new ArrayList<>();
    int largest = 0;
    for (int k = 1; k < p.length; k++) {
      largest = p[k] > p[largest] ? k : largest;
    }
    for (int k = 0; k < p.length; k++) {
      classes.add(output == Output.SIGMOID ? p[k] > 0.5 : k == largest);
    }
    return classes;
  }

  private static OptionalDouble mae(List<Example> of, Function<Example, double[]> predicted) {
    return mean(
        of,
        predicted,
        example -> {
          double sum = 0;
          for (int k = 0; k < example.y.length; k++) {
            sum += Math.abs(predicted.apply(example)[k] - example.y[k]);
          }
          return sum / example.y.length;
        });
  }

  private OptionalDouble rmse(List<Example> of, Function<Example, double[]> predicted) {
    OptionalDouble cost = cost(of, predicted);
    return cost.isEmpty()
        ? cost
        : OptionalDouble.of(Math.sqrt(2 * cost.getAsDouble() / of.get(0).y.length));
  }

  /** Scores are told apart by 1/64. */
  private static double bin(Example example) {
    return Math.floor(64 * Math.max(-16, Math.min(example.z[0], 16 - 1e-9)));
  }

  /** Pair by pair. */
  private static OptionalDouble auc(List<Example> of) {
    double wins = 0;
    long pairs = 0;
    for (Example positive : of) {
      for (Example negative : of) {
        if (positive.y[0] > 0.5 && negative.y[0] <= 0.5) {
          pairs++;
          wins += (1 + Math.signum(bin(positive) - bin(negative))) / 2;
        }
      }
    }
    return pairs == 0 ? OptionalDouble.empty() : OptionalDouble.of(wins / pairs);
  }
}
