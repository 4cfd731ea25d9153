package io.millrace.config;

import io.millrace.nn.KernelKind;
import io.millrace.nn.OptimizerKind;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How the network learns.
 *
 * @param batchSize examples in a full mini-batch, at least 1
 * @param maxWait since the first example of a partial batch until it is trained; empty: never
 * @param l2 weight decay on W1 and W2, not negative
 * @param clipNorm the largest norm of the gradient over all parameters; empty: no limit
 * @param kernel what computes the matrix products; empty: the fastest that the JVM has
 */
public record TrainingConfig(
    int batchSize,
    Optional<Duration> maxWait,
    OptimizerKind optimizer,
    LearningRate learningRate,
    double l2,
    OptionalDouble clipNorm,
    Scaling scaling,
    Optional<KernelKind> kernel) {

  /** The implementation of the matrix products in this process. */
  public KernelKind kernelKind() {
    return kernel.orElseGet(KernelKind::best);
  }

  /** Whether the inputs are scaled before they are learned. */
  public boolean isScaled() {
    return scaling != Scaling.NONE;
  }
}
