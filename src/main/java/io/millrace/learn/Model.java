package io.millrace.learn;

import io.millrace.learn.quality.Evaluation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Optimizer;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Parameters;
import io.millrace.nn.Scaler;
import java.util.Optional;

/**
 * The shared model: everything that its next update depends on. Only {@link Learner} changes it, in
 * place. It belongs to one thread.
 */
public final class Model {
  /** The value of {@link #learnedThrough()} before the first update. */
  public static final long NOTHING_LEARNED = -1;

  private final Architecture architecture;
  private final Parameters parameters;
  private Optimizer optimizer;
  private final Optional<Scaler> scaler;
  private final Evaluation evaluation;
  private long version;
  private long examples;
  private long learnedThrough;

  /**
   * An existing model.
   *
   * @param architecture its shape
   * @param parameters its parameters, of that shape. Kept, and modified by learning.
   * @param optimizer the optimiser. Kept, and modified by learning.
   * @param scaler of its inputs, if they are scaled. Kept, and modified by learning.
   * @param version the updates in it
   * @param examples the examples in it
   * @param learnedThrough the offset in the mini-batches topic of the last one learned, or {@link
   *     #NOTHING_LEARNED}
   * @param evaluation its evaluation. Kept, and modified by learning.
   */
  public Model(
      Architecture architecture,
      Parameters parameters,
      Optimizer optimizer,
      Optional<Scaler> scaler,
      long version,
      long examples,
      long learnedThrough,
      Evaluation evaluation) {
    this.architecture = architecture;
    this.parameters = parameters;
    this.optimizer = optimizer;
    this.scaler = scaler;
    this.version = version;
    this.examples = examples;
    this.learnedThrough = learnedThrough;
    this.evaluation = evaluation;
  }

  /** An existing model with a new evaluation. */
  public Model(
      Architecture architecture,
      Parameters parameters,
      Optimizer optimizer,
      Optional<Scaler> scaler,
      long version,
      long examples,
      long learnedThrough) {
    this(
        architecture,
        parameters,
        optimizer,
        scaler,
        version,
        examples,
        learnedThrough,
        Evaluation.start(architecture, Evaluation.DEFAULT_WINDOW));
  }

  /**
   * A new model.
   *
   * @param parameters Kept, and modified by learning.
   * @param isScaled whether its inputs are scaled
   */
  public static Model start(
      Architecture architecture, Parameters parameters, OptimizerKind optimizer, boolean isScaled) {
    return new Model(
        architecture,
        parameters,
        optimizer.start(architecture),
        isScaled ? Optional.of(Scaler.start(architecture.inputs())) : Optional.empty(),
        0,
        0,
        NOTHING_LEARNED);
  }

  /** A model of its own with the same state. */
  public Model copy() {
    return new Model(
        architecture,
        parameters.copy(),
        optimizer.copy(),
        scaler.map(Scaler::copy),
        version,
        examples,
        learnedThrough,
        evaluation.copy());
  }

  public Architecture architecture() {
    return architecture;
  }

  /** Live, not a copy. */
  public Parameters parameters() {
    return parameters;
  }

  /** Live, not a copy. */
  public Optimizer optimizer() {
    return optimizer;
  }

  /** Live, not a copy; empty without scaling. */
  public Optional<Scaler> scaler() {
    return scaler;
  }

  /** Live, not a copy. */
  public Evaluation evaluation() {
    return evaluation;
  }

  /** The number of updates in it. */
  public long version() {
    return version;
  }

  /** The number of examples in it. */
  public long examples() {
    return examples;
  }

  /** The offset in the mini-batches topic of the last mini-batch in it. */
  public long learnedThrough() {
    return learnedThrough;
  }

  /**
   * Takes the parameters and the scaler of an earlier version. This counts as an update. The
   * optimiser starts fresh, because its moments belong to the updates that are undone.
   *
   * @param earlier of the same shape, with a scaler if this model has one. Not modified.
   * @param offset the position of the command in the log
   */
  void goBackTo(Snapshot earlier, long offset) {
    parameters.set(earlier.parameters());
    scaler.ifPresent(each -> each.set(earlier.scaler().orElseThrow()));
    optimizer = optimizer.kind().start(architecture);
    version++;
    examples = earlier.examples();
    learnedThrough = offset;
  }

  /** Counts one update. */
  void updated(int batchExamples, long offset) {
    version++;
    examples += batchExamples;
    learnedThrough = offset;
  }
}
