package io.millrace.app.show;

import io.millrace.learn.BatchCost;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The number of examples per offset of the training log, over the last mini-batches. It differs
 * from the batch size, because mini-batches may be partial and transaction markers use offsets,
 * too. Thread-safe.
 */
final class LogDensity {
  private static final int WINDOW = 200;

  private final int batchSize;
  private final Deque<Learned> newest = new ArrayDeque<>();

  /**
   * Before anything is learned.
   *
   * @param batchSize the examples of a full mini-batch, assumed until more is known
   */
  LogDensity(int batchSize) {
    this.batchSize = batchSize;
  }

  private record Learned(long offset, long totalExamples) {}

  synchronized void add(BatchCost cost) {
    Learned learned = new Learned(cost.source().offset(), cost.metrics().totalExamples());
    if (!newest.isEmpty() && newest.getLast().offset() >= learned.offset()) {
      newest.clear(); // another log, or the same log from its start
    }
    newest.addLast(learned);
    if (newest.size() > WINDOW) {
      newest.removeFirst();
    }
  }

  synchronized double examplesPerOffset() {
    if (newest.size() < 2) {
      return batchSize;
    }
    double examples = newest.getLast().totalExamples() - newest.getFirst().totalExamples();
    return examples <= 0
        ? batchSize
        : examples / (newest.getLast().offset() - newest.getFirst().offset());
  }
}
