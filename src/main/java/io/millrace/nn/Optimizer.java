package io.millrace.nn;

/** How parameters follow their gradients. */
public interface Optimizer {
  /**
   * One step downhill.
   *
   * @param parameters Modified.
   * @param gradients of the same shape. Not modified.
   * @param learningRate the length of the step in units of the gradient
   * @throws IllegalArgumentException if the shapes differ
   */
  void update(Parameters parameters, Parameters gradients, double learningRate);
}
