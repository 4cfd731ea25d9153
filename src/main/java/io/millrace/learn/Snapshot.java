package io.millrace.learn;

import io.millrace.nn.Architecture;
import io.millrace.nn.KernelKind;
import io.millrace.nn.Parameters;
import io.millrace.nn.Scaler;
import java.time.Instant;
import java.util.Optional;

/**
 * A published model: everything that a prediction needs, and its origin.
 *
 * @param model the name of the model
 * @param version the updates in it
 * @param examples the examples in it
 * @param architecture its shape
 * @param parameters its parameters
 * @param scaler of its inputs, if they are scaled
 * @param learnedThrough the last mini-batch in it, if there is one
 * @param kernel what computed the matrix products of the process that published it, by name; empty
 *     in snapshots of versions that had no choice
 * @param rollback the last rollback of the model, if there was one
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

  /** A snapshot without a rollback and without an application. */
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
   * The snapshot of a model. It shares the numbers of the model.
   *
   * @param name the name of the model
   * @param rollback its last rollback, if there was one
   * @param log the mini-batches topic
   * @param kernel what computes its matrix products
   * @param timestamp the time of the snapshot
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
