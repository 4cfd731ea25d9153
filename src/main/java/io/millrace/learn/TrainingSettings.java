package io.millrace.learn;

import io.millrace.nn.KernelKind;
import java.util.OptionalDouble;

/**
 * What a model is learned by, besides what is in the model; whoever learns the same log by the same
 * settings gets the same bits.
 *
 * @param rate the learning rate of the first update, greater than 0
 * @param decay how the rate falls: {@code rate / (1 + decay * updates)}
 * @param l2 see {@link Training}
 * @param clipNorm see {@link Training}
 * @param kernel what computes the matrix products
 */
public record TrainingSettings(
    double rate, double decay, double l2, OptionalDouble clipNorm, KernelKind kernel) {

  /** The same, for a learner. */
  public Training training() {
    return new Training(updates -> rate / (1 + decay * updates), l2, clipNorm);
  }
}
