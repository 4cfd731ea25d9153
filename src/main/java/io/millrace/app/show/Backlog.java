package io.millrace.app.show;

/**
 * The examples that are not learned yet, of all instances, by the place where they wait. Computed
 * from Kafka's offsets.
 *
 * @param untaken committed records of the examples topic that are not in a mini-batch yet
 * @param behindTransaction records after the start of an open transaction: nobody can read them
 *     before it ends, and some may be aborted
 * @param batches mini-batches in the training log that are not learned
 * @param inBatches the examples in them
 */
record Backlog(long untaken, long behindTransaction, long batches, long inBatches) {
  long examples() {
    return untaken + behindTransaction + inBatches;
  }
}
