package io.millrace.nn;

import java.util.Locale;

/**
 * The shape of a network and its two functions; what never changes while it learns.
 *
 * @param inputs nd, the dense inputs; at least 1 where there are no sparse ones
 * @param sparseInputs ns, up to 2^30; 0 for none
 * @param hidden n1, at least 1
 * @param outputs n2, at least 1; at least 2 for softmax, which is always 1 for a single output
 * @param activation g1, of the hidden layer
 * @param output g2, of the output layer, and with it the loss
 */
public record Architecture(
    int inputs, int sparseInputs, int hidden, int outputs, Activation activation, Output output) {
  /** The most sparse inputs that there can be. */
  public static final int MOST_SPARSE_INPUTS = 1 << 30;

  /**
   * @throws IllegalArgumentException if a size is below its least value, or above its largest
   */
  public Architecture {
    requireAtLeast(0, sparseInputs, "sparse inputs");
    if (sparseInputs > MOST_SPARSE_INPUTS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "sparse inputs must be at most %d. Got: %d",
              MOST_SPARSE_INPUTS,
              sparseInputs));
    }
    requireAtLeast(sparseInputs > 0 ? 0 : 1, inputs, "inputs");
    requireAtLeast(1, hidden, "hidden");
    requireAtLeast(1, outputs, "outputs");
    if (output == Output.SOFTMAX) {
      requireAtLeast(2, outputs, "outputs of a softmax");
    }
  }

  /** Without sparse inputs. */
  public Architecture(int inputs, int hidden, int outputs, Activation activation, Output output) {
    this(inputs, 0, hidden, outputs, activation, output);
  }

  /**
   * The number of weights and biases, without the rows of sparse inputs, which come while it
   * learns. Even the largest sizes do not overflow: 2^63 - 2^32.
   */
  public long parameterCount() {
    return hidden * (inputs + 1L) + outputs * (hidden + 1L);
  }

  /**
   * The architecture as people say it: {@code 5 inputs, 16 hidden (tanh), 1 output (sigmoid)}; with
   * sparse inputs {@code 5 inputs + 128 sparse}.
   */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d %s%s, %d hidden (%s), %d %s (%s)",
        inputs,
        inputs == 1 ? "input" : "inputs",
        sparseInputs == 0 ? "" : " + " + sparseInputs + " sparse",
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
