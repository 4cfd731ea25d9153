package io.millrace.config;

import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Output;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The network and where it starts.
 *
 * @param inputs n0, dense and sparse ones, at least 1
 * @param sparseInputs ns, those of categories; from 0 to n0
 * @param sparseFields the fields that make the sparse inputs
 * @param hidden neurons, at least 1
 * @param outputs neurons, at least 1; at least 2 with softmax
 * @param seed of the random initial weights
 * @param initialScale the standard deviation of the initial weights, greater than 0; empty: chosen
 *     by the activation (Xavier / He)
 * @param initialParameters a readable file with the parameters to start from
 */
public record ModelConfig(
    String name,
    int inputs,
    int sparseInputs,
    int sparseFields,
    int hidden,
    int outputs,
    Activation activation,
    Output output,
    long seed,
    OptionalDouble initialScale,
    Optional<Path> initialParameters) {

  /** nd. */
  public int denseInputs() {
    return inputs - sparseInputs;
  }

  /** The shape of the network. */
  public Architecture architecture() {
    return new Architecture(denseInputs(), sparseInputs, hidden, outputs, activation, output);
  }
}
