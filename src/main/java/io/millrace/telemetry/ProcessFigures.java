package io.millrace.telemetry;

/**
 * Figures that are measured on request. Every method returns at once, with NaN for an unknown
 * figure.
 */
public interface ProcessFigures {
  /** The examples that are not learned yet, wherever they wait. */
  double examplesUnlearned();

  /** Of these, the records of the examples topic at or after the start of an open transaction. */
  double examplesBehindTransaction();

  /** The committed records of the examples topic that are not in a mini-batch yet. */
  double examplesLag();

  /** The mini-batches that are not learned yet. */
  double batchesLag();

  double examplesPerSecond();

  /** The events that are not predicted yet. */
  double eventsLag();

  /** The labels that are not taken for the join yet. */
  double labelsLag();

  /** The sparse inputs that have weights in the newest snapshot. */
  double modelRows();

  /** 1 when the events topic is being predicted; else 0. */
  double predictionsReady();

  /** 1 when the streams run, the state is restored and Kafka answers; else 0. */
  double ready();

  /** When the newest snapshot was published, in seconds since 1970. */
  double snapshotPublishedAt();
}
