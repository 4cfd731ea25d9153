package io.millrace.config;

/**
 * The learning rate, which falls with the updates: {@code initial / (1 + decay * updates)}.
 *
 * @param initial greater than 0
 * @param decay the decay per update, not negative; 0: the rate is constant
 */
public record LearningRate(double initial, double decay) {

  /** The rate of the update that follows {@code updates} others. */
  public double at(long updates) {
    return initial / (1 + decay * updates);
  }
}
