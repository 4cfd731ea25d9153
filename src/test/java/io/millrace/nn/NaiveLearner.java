package io.millrace.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The oracle of learning: mini-batch descent with the {@link NaiveNetwork}, in scalars. Nothing is
 * carried from step to step but what happened: every gradient and every example is kept, and each
 * average, sum of squares, mean and variance is computed from all of them anew.
 *
 * <p>Sparse inputs are inputs like the others, the last ones, but for their meaning: they are not
 * scaled, and where no example of a mini-batch has one, its weights stay as they are and the
 * optimiser sees no gradient.
 */
public final class NaiveLearner {
  private final NaiveNetwork network;
  private final Rule rule;
  private final int denseInputs;
  private final List<double[]> gradients = new ArrayList<>();

  /** Of each step: which inputs took part in it. */
  private final List<boolean[]> touched = new ArrayList<>();

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
    this.network = new NaiveNetwork(withoutSparse(architecture), withoutSparse(start));
    this.rule = rule;
    this.denseInputs = architecture.inputs();
  }

  private static Architecture withoutSparse(Architecture shape) {
    return new Architecture(
        shape.inputs() + shape.sparseInputs(),
        shape.hidden(),
        shape.outputs(),
        shape.activation(),
        shape.output());
  }

  /** With a column of W1 for each sparse input, 0 where it has no row. */
  private static Parameters withoutSparse(Parameters parameters) {
    SparseRows rows = parameters.sparse();
    double[][] w1 = parameters.w1();
    for (int unit = 0; unit < w1.length; unit++) {
      w1[unit] = Arrays.copyOf(w1[unit], parameters.inputs() + rows.inputs());
      for (int slot = 0; slot < rows.count(); slot++) {
        double[] weights = new double[w1.length];
        rows.read(slot, weights);
        w1[unit][parameters.inputs() + rows.row(slot)] = weights[unit];
      }
    }
    return Parameters.of(w1, parameters.b1Array(), parameters.w2(), parameters.b2Array());
  }

  /** W1 row by row, b1, W2 row by row, b2; live. */
  public List<double[]> parameterRows() {
    return network.parameterRows();
  }

  /** The cost of the mini-batch before it is learned. */
  public double learn(double[][] xs, double[][] ys) {
    examples.addAll(List.of(xs));
    touched.add(touched(xs));
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
        if (tookPart(gradients.size() - 1, parameter)) {
          row[i] -= rate * direction(parameter);
        }
        parameter++;
      }
    }
    return cost;
  }

  /** Of the last mini-batch, before it was clipped. */
  public double gradientNorm() {
    return gradientNorm;
  }

  private boolean[] touched(double[][] xs) {
    boolean[] inputs = new boolean[xs[0].length];
    for (double[] x : xs) {
      for (int i = 0; i < x.length; i++) {
        inputs[i] |= i < denseInputs || x[i] != 0;
      }
    }
    return inputs;
  }

  private boolean tookPart(int step, int parameter) {
    boolean[] inputs = touched.get(step);
    return parameter >= network.z1.length * inputs.length || inputs[parameter % inputs.length];
  }

  private double[] scaled(double[] x) {
    double[] scaled = x.clone();
    for (int i = 0; i < denseInputs; i++) {
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
        boolean stays = row < biases1 && !touched.get(touched.size() - 1)[i];
        gradient.add(stays ? 0 : sums.get(row)[i] / m + decay * parameters.get(row)[i]);
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

  /**
   * The sum over all steps s to the newest, t, of fade^(t - s) gradient_s^power; of those alone
   * that the parameter took part in.
   */
  private double fadingSum(int parameter, double fade, int power) {
    double sum = 0;
    for (int step = 0; step < gradients.size(); step++) {
      if (tookPart(step, parameter)) {
        sum = fade * sum + Math.pow(gradients.get(step)[parameter], power);
      }
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
