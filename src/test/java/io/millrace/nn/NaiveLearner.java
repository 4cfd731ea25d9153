package io.millrace.nn;

import java.util.ArrayList;
import java.util.List;

/**
 * The oracle of learning: mini-batch descent with the {@link NaiveNetwork}, in scalars. Nothing is
 * carried from step to step but what happened: every gradient and every example is kept, and each
 * average, sum of squares, mean and variance is computed from all of them anew.
 */
public final class NaiveLearner {
  private final NaiveNetwork network;
  private final Rule rule;
  private final List<double[]> gradients = new ArrayList<>();
  private final List<double[]> examples = new ArrayList<>();

  // of the last mini-batch
  private double gradientNorm;

  /**
   * What is learned by.
   *
   * @param rate the initial learning rate
   * @param clip the longest gradient; infinite for any
   */
  public record Rule(
      OptimizerKind optimizer, double rate, double decay, double l2, double clip, boolean scaled) {}

  public NaiveLearner(Architecture architecture, Parameters start, Rule rule) {
    this.network = new NaiveNetwork(architecture, start);
    this.rule = rule;
  }

  /** The cost of the mini-batch before it is learned. */
  public double learn(double[][] xs, double[][] ys) {
    examples.addAll(List.of(xs));
    network.forget();
    for (int example = 0; example < xs.length; example++) {
      network.learn(rule.scaled ? scaled(xs[example]) : xs[example], ys[example]);
    }
    double cost = network.loss / xs.length;
    gradients.add(clipped(gradient(xs.length)));
    double rate = rule.rate / (1 + rule.decay * (gradients.size() - 1));
    int parameter = 0;
    for (double[] row : network.parameterRows()) {
      for (int i = 0; i < row.length; i++) {
        row[i] -= rate * direction(parameter++);
      }
    }
    return cost;
  }

  /** Of the last mini-batch, before it was clipped. */
  public double gradientNorm() {
    return gradientNorm;
  }

  private double[] scaled(double[] x) {
    double[] scaled = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double sum = 0;
      for (double[] each : examples) {
        sum += each[i];
      }
      double mean = sum / examples.size();
      double squares = 0;
      for (double[] each : examples) {
        squares += (each[i] - mean) * (each[i] - mean);
      }
      scaled[i] = (x[i] - mean) / Math.sqrt(squares / examples.size() + 1e-8);
    }
    return scaled;
  }

  /** Of J + l2/2 ( sum of all w1^2 + sum of all w2^2 ). */
  private double[] gradient(int m) {
    List<Double> gradient = new ArrayList<>();
    List<double[]> parameters = network.parameterRows();
    List<double[]> sums = network.gradientRows();
    int biases1 = network.z1.length;
    int biases2 = parameters.size() - 1;
    for (int row = 0; row < sums.size(); row++) {
      double decay = row == biases1 || row == biases2 ? 0 : rule.l2;
      for (int i = 0; i < sums.get(row).length; i++) {
        gradient.add(sums.get(row)[i] / m + decay * parameters.get(row)[i]);
      }
    }
    return gradient.stream().mapToDouble(each -> each).toArray();
  }

  private double[] clipped(double[] gradient) {
    double squares = 0;
    for (double each : gradient) {
      squares += each * each;
    }
    gradientNorm = Math.sqrt(squares);
    double[] clipped = new double[gradient.length];
    for (int i = 0; i < gradient.length; i++) {
      clipped[i] = gradientNorm > rule.clip ? gradient[i] / gradientNorm * rule.clip : gradient[i];
    }
    return clipped;
  }

  private double direction(int parameter) {
    double newest = gradients.get(gradients.size() - 1)[parameter];
    return switch (rule.optimizer) {
      case SGD -> newest;
      case MOMENTUM -> fadingSum(parameter, 0.9, 1);
      case ADAGRAD -> newest / (Math.sqrt(fadingSum(parameter, 1, 2)) + 1e-8);
      case ADAM ->
          fadingMean(parameter, 0.9, 1) / (Math.sqrt(fadingMean(parameter, 0.999, 2)) + 1e-8);
    };
  }

  /** The sum over all steps s to the newest, t, of fade^(t - s) gradient_s^power. */
  private double fadingSum(int parameter, double fade, int power) {
    double sum = 0;
    for (double[] gradient : gradients) {
      sum = fade * sum + Math.pow(gradient[parameter], power);
    }
    return sum;
  }

  /** The same, over the sum of the weights: what bias correction comes to. */
  private double fadingMean(int parameter, double fade, int power) {
    double weights = 0;
    for (int step = 0; step < gradients.size(); step++) {
      weights += Math.pow(fade, step);
    }
    return fadingSum(parameter, fade, power) / weights;
  }
}
