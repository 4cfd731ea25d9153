package io.millrace.nn;

import java.util.List;

/**
 * How parameters follow their gradients, with what the next step needs of those before it. Such
 * state is part of the model: two runs agree when it is kept with the parameters.
 *
 * <p>An update reads the gradients and changes the parameters and the state element by element, in
 * place, without allocation. Of sparse inputs it changes the rows that the mini-batch touches, and
 * nothing else: plain descent and AdaGrad are thereby what they are with dense inputs; momentum and
 * Adam in their lazy form, in which velocities and averages of a row stand still while it is not
 * touched. What is kept for a sparse row lies beside its weights, in {@link SparseRows}. Not safe
 * for several threads.
 */
public sealed interface Optimizer permits Sgd, Momentum, AdaGrad, Adam {
  /** The longest gradient and the highest rate for which an update cannot overflow. */
  double LARGEST = 1e100;

  OptimizerKind kind();

  /**
   * One step downhill.
   *
   * <p>With gradients and rates up to {@link #LARGEST} finite parameters stay finite, and so does
   * the state: a step is then below 1e210, a square below 1e201, and even the largest double plus
   * less than 1e291 rounds to the largest double.
   *
   * @param parameters Modified.
   * @param gradients of the same shape, from their forward and backward pass. Not modified.
   * @param learningRate the length of the step in units of the gradient
   * @throws IllegalArgumentException if the shapes differ
   */
  void update(Parameters parameters, Gradients gradients, double learningRate);

  /** The steps made, where the rule of the next one depends on them; else 0. */
  default long steps() {
    return 0;
  }

  /**
   * What is kept for each dense parameter; live, in an order that {@link OptimizerKind#resume}
   * knows.
   */
  default List<Parameters> state() {
    return List.of();
  }

  /** An optimiser of its own with the same state. */
  default Optimizer copy() {
    return kind().resume(steps(), state().stream().map(Parameters::copy).toList());
  }
}
