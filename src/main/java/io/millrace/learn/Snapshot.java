package io.millrace.learn;

import io.millrace.nn.Architecture;
import io.millrace.nn.KernelKind;
import io.millrace.nn.Parameters;
import io.millrace.nn.Scaler;
import java.time.Instant;
import java.util.Optional;

/**
 * A model as published: what is needed to predict with it, and where it came from.
 *
 * @param model the name of the model
 * @param version the updates in it
 * @param examples the examples in it
 * @param architecture its shape
 * @param parameters its parameters
 * @param scaler of its inputs, where they are scaled
 * @param learnedThrough the last mini-batch in it, where one is
 * @param kernel what computed the matrix products of the process that published it, by name; empty
 *     in snapshots of versions that had no choice
 * @param rollback the last time that the model went back, where it did
 * @param application the application that published it; empty in older snapshots
 * @param timestamp when the snapshot was taken
 */
public record Snapshot(
    String model,
    long version,
    long examples,
    Architecture architecture,
    Parameters parameters,
    Optional<Scaler> scaler,
    Optional<LogPosition> learnedThrough,
    Optional<String> kernel,
    Optional<Rollback> rollback,
    Optional<String> application,
    Instant timestamp) {

  /** The snapshot of a model that never went back, of no application. */
  public Snapshot(
      String model,
      long version,
      long examples,
      Architecture architecture,
      Parameters parameters,
      Optional<Scaler> scaler,
      Optional<LogPosition> learnedThrough,
      Optional<String> kernel,
      Instant timestamp) {
    this(
        model,
        version,
        examples,
        architecture,
        parameters,
        scaler,
        learnedThrough,
        kernel,
        Optional.empty(),
        Optional.empty(),
        timestamp);
  }

  /** The same snapshot, published by an application. */
  public Snapshot by(Optional<String> application) {
    return new Snapshot(
        model,
        version,
        examples,
        architecture,
        parameters,
        scaler,
        learnedThrough,
        kernel,
        rollback,
        application,
        timestamp);
  }

  /**
   * The snapshot of a model as it is; it shares the model's numbers.
   *
   * @param name the name of the model
   * @param rollback the last time that it went back, where it did
   * @param log the mini-batches topic
   * @param kernel what computes its matrix products
   * @param timestamp when it is taken
   */
  public static Snapshot of(
      String name,
      Model model,
      Optional<Rollback> rollback,
      String log,
      KernelKind kernel,
      Instant timestamp) {
    return new Snapshot(
        name,
        model.version(),
        model.examples(),
        model.architecture(),
        model.parameters(),
        model.scaler(),
        model.learnedThrough() == Model.NOTHING_LEARNED
            ? Optional.empty()
            : Optional.of(new LogPosition(log, 0, model.learnedThrough())),
        Optional.of(kernel.text()),
        rollback,
        Optional.empty(),
        timestamp);
  }
}
