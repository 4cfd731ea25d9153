package io.millrace.nn;

import java.util.Locale;

/**
 * The shape of a network and its two functions; what never changes while it learns.
 *
 * @param inputs n0, at least 1
 * @param hidden n1, at least 1
 * @param outputs n2, at least 1; at least 2 for softmax, which is always 1 for a single output
 * @param activation g1, of the hidden layer
 * @param output g2, of the output layer, and with it the loss
 */
public record Architecture(
    int inputs, int hidden, int outputs, Activation activation, Output output) {

  /**
   * @throws IllegalArgumentException if a size is below its least value
   */
  public Architecture {
    requireAtLeast(1, inputs, "inputs");
    requireAtLeast(1, hidden, "hidden");
    requireAtLeast(1, outputs, "outputs");
    if (output == Output.SOFTMAX) {
      requireAtLeast(2, outputs, "outputs of a softmax");
    }
  }

  /** The number of weights and biases. Even the largest sizes do not overflow: 2^63 - 2^32. */
  public long parameterCount() {
    return hidden * (inputs + 1L) + outputs * (hidden + 1L);
  }

  /** The architecture as people say it: {@code 5 inputs, 16 hidden (tanh), 1 output (sigmoid)}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d %s, %d hidden (%s), %d %s (%s)",
        inputs,
        inputs == 1 ? "input" : "inputs",
        hidden,
        activation.text(),
        outputs,
        outputs == 1 ? "output" : "outputs",
        output.text());
  }

  private static void requireAtLeast(int least, int value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s must be at least %d. Got: %d", name, least, value));
    }
  }
}
