package io.millrace.learn;

import io.millrace.nn.Architecture;
import io.millrace.nn.Parameters;

/**
 * The shared model: everything that its next update depends on. It is changed in place by {@link
 * Learner} alone and belongs to one thread.
 */
public final class Model {
  /** What {@link #learnedThrough()} is before the first update. */
  public static final long NOTHING_LEARNED = -1;

  private final Architecture architecture;
  private final Parameters parameters;
  private long version;
  private long examples;
  private long learnedThrough;

  /**
   * A model at some point of its life.
   *
   * @param architecture its shape
   * @param parameters its parameters, of that shape. Kept, and modified by learning.
   * @param version the updates in it
   * @param examples the examples in it
   * @param learnedThrough the offset in the mini-batches topic of the last one learned, or {@link
   *     #NOTHING_LEARNED}
   */
  public Model(
      Architecture architecture,
      Parameters parameters,
      long version,
      long examples,
      long learnedThrough) {
    this.architecture = architecture;
    this.parameters = parameters;
    this.version = version;
    this.examples = examples;
    this.learnedThrough = learnedThrough;
  }

  /** A model of its own with the same state. */
  public Model copy() {
    return new Model(architecture, parameters.copy(), version, examples, learnedThrough);
  }

  public Architecture architecture() {
    return architecture;
  }

  /** Live, not a copy. */
  public Parameters parameters() {
    return parameters;
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

  /** Counts one update. */
  void updated(int batchExamples, long offset) {
    version++;
    examples += batchExamples;
    learnedThrough = offset;
  }
}
