package io.millrace.learn.quality;

import org.ejml.data.DMatrixRMaj;

/**
 * What the network made of a mini-batch, before it was learned.
 *
 * @param losses of its m examples
 * @param zt Z2', m x n2
 * @param at A2', m x n2
 * @param yt Y', m x n2
 */
@SuppressWarnings("ArrayRecordComponent") // on their way, never compared
public record BatchPredictions(double[] losses, DMatrixRMaj zt, DMatrixRMaj at, DMatrixRMaj yt) {
  int examples() {
    return yt.numRows;
  }
}
