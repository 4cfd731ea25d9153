package io.millrace.codec.event;

import io.millrace.example.MiniBatch;
import org.jspecify.annotations.Nullable;

/** The memory of one example: where in the arrays of a mini-batch its column of Xd and Y starts. */
final class Column {
  double[] x = {};
  double[] y = {};
  int inputs;
  int xStart;
  int yStart;
  private @Nullable MiniBatch batch;

  /** Goes to the next free column of a mini-batch. */
  void moveTo(MiniBatch batch) {
    this.batch = batch;
    x = batch.xt().data;
    y = batch.yt().data;
    inputs = batch.inputs();
    xStart = batch.size() * inputs;
    yStart = batch.size() * batch.outputs();
  }

  /** Writes the sparse inputs of an event that is read: its column of Xs. */
  void add(SparseSlot[] slots) {
    if (batch == null || slots.length == 0) {
      return;
    }
    batch.beginSparse();
    for (SparseSlot slot : slots) {
      slot.addTo(batch);
    }
  }
}
