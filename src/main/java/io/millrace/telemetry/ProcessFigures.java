package io.millrace.telemetry;

/** What is measured when somebody asks. Every method answers at once; NaN where it is not known. */
public interface ProcessFigures {
  /** The records of the examples topic that are not taken yet. */
  double examplesLag();

  /** The mini-batches that are not learned yet. */
  double batchesLag();

  double examplesPerSecond();

  /** 1 when the streams run, the state is restored and Kafka answers; else 0. */
  double ready();

  /** When the newest snapshot was published, in seconds since 1970. */
  double snapshotPublishedAt();
}
