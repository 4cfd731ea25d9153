package io.millrace.app.show;

/**
 * The examples that are not learned yet, by the place where they wait, as Kafka's offsets tell it
 * of all instances.
 *
 * @param untaken committed records of the examples topic that no instance has taken
 * @param behindTransaction records behind those, at or after the start of an open transaction:
 *     nobody can read them before it ends, and some may be aborted
 * @param batches mini-batches in the training log that are not learned
 * @param inBatches the examples in them
 */
record Backlog(long untaken, long behindTransaction, long batches, long inBatches) {
  long examples() {
    return untaken + behindTransaction + inBatches;
  }
}
