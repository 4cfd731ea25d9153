package io.millrace.learn;

import io.millrace.example.Reason;

/**
 * Counts what the learner does. Called once per mini-batch or rejected record, on the learner's
 * threads: every method returns at once.
 */
public interface LearningMetrics {
  /** Counts nothing. */
  LearningMetrics NONE =
      new LearningMetrics() {
        @Override
        public void learned(int examples, long nanos) {}

        @Override
        public void rejected(Reason reason, int examples) {}

        @Override
        public void published() {}

        @Override
        public void predicted(int events) {}

        @Override
        public void labelled() {}

        @Override
        public void neverLabelled() {}
      };

  /**
   * A mini-batch was learned.
   *
   * @param examples in it
   * @param nanos the time from the bytes of the record to the updated model
   */
  void learned(int examples, long nanos);

  /**
   * A record went to the dead letters.
   *
   * @param reason why
   * @param examples in it: 1 for an example, those of a diverged mini-batch, 0 for other records
   */
  void rejected(Reason reason, int examples);

  /**
   * Examples wait in a partial mini-batch, as of the last commit.
   *
   * @param partition of the examples topic
   * @param examples in the partial mini-batch of the partition; 0 where this process has none
   */
  default void partial(int partition, int examples) {}

  /** A snapshot was published. */
  void published();

  /** Events were predicted, of the events topic or of a request. */
  void predicted(int events);

  /** An event and its label were joined to an example. */
  void labelled();

  /** An event got no label in the time for it. */
  void neverLabelled();

  /** Records of the examples topic were deleted before they were learned. */
  default void missedExamples(long records) {}

  /** Records of the events topic were deleted before they were predicted. */
  default void missedEvents(long records) {}

  /** Records of the labels topic were deleted before they were joined with their events. */
  default void missedLabels(long records) {}
}
