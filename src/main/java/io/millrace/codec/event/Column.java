package io.millrace.codec.event;

import io.millrace.example.MiniBatch;

/** The memory of one example: where in the arrays of a mini-batch its column of X and Y starts. */
final class Column {
  double[] x = {};
  double[] y = {};
  int inputs;
  int xStart;
  int yStart;

  /** Goes to the next free column of a mini-batch. */
  void moveTo(MiniBatch batch) {
    x = batch.xt().data;
    y = batch.yt().data;
    inputs = batch.inputs();
    xStart = batch.size() * inputs;
    yStart = batch.size() * batch.outputs();
  }
}
