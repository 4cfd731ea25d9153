package io.millrace.learn;

import io.millrace.example.MiniBatch;
import io.millrace.nn.Network;
import io.millrace.nn.Optimizer;
import io.millrace.nn.Parameters;
import java.util.OptionalDouble;
import java.util.function.LongToDoubleFunction;

/** One step of mini-batch gradient descent after the other on one model. Not thread-safe. */
public final class Learner {
  private final Model model;
  private final Optimizer optimizer;
  private final LongToDoubleFunction learningRate;
  private final Network network;
  private final Parameters gradients;

  /**
   * A learner of a model.
   *
   * @param model the model. Modified by every step.
   * @param optimizer the rule of the update
   * @param learningRate the rate after a number of updates
   */
  public Learner(Model model, Optimizer optimizer, LongToDoubleFunction learningRate) {
    this.model = model;
    this.optimizer = optimizer;
    this.learningRate = learningRate;
    this.network = new Network(model.architecture());
    this.gradients = Parameters.zeros(model.architecture());
  }

  public Model model() {
    return model;
  }

  /**
   * Tests the model on a mini-batch, then learns it. The outcome depends on nothing but the model
   * and the mini-batch.
   *
   * @param batch at least one example. Not modified.
   * @param offset where it stands in the mini-batches topic
   * @throws IllegalArgumentException when its shape is not the model's
   */
  public Outcome learn(MiniBatch batch, long offset) {
    Parameters parameters = model.parameters();
    network.forward(parameters, batch.xt());
    double cost = network.cost(batch.yt());
    network.backward(parameters, batch.xt(), batch.yt(), gradients);
    double gradientNorm = gradients.norm();
    if (!Double.isFinite(cost) || !Double.isFinite(gradientNorm)) {
      return new Diverged(cost, gradientNorm);
    }
    OptionalDouble accuracy =
        model.architecture().output().classifies()
            ? OptionalDouble.of(network.accuracy(batch.yt()))
            : OptionalDouble.empty();
    long tested = model.version();
    double rate = learningRate.applyAsDouble(tested);
    optimizer.update(parameters, gradients, rate);
    model.updated(batch.size(), offset);
    return new Lesson(
        model.version(),
        batch.size(),
        model.examples(),
        cost,
        accuracy,
        gradientNorm,
        rate,
        tested);
  }
}
