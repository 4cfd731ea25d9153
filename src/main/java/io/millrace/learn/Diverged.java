package io.millrace.learn;

import java.util.List;

/**
 * A mini-batch that cannot be learned. The model, its optimiser and its scaler are unchanged. Its
 * cost or gradient is not finite, or a number in it or in the update is so large that the model
 * could become so.
 *
 * @param what the numbers that show it, such as {@code cost NaN, gradient norm NaN}
 * @param suspects the examples that are the likely cause, the most likely first
 */
public record Diverged(String what, List<Suspect> suspects) implements Outcome {

  /**
   * An example of the mini-batch with a large loss or a large input.
   *
   * @param column its position in the mini-batch, from 0
   * @param loss its loss
   * @param largestInput the largest magnitude among its inputs, after scaling
   */
  public record Suspect(int column, double loss, double largestInput) {}
}
