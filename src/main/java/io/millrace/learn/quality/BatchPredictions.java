package io.millrace.learn.quality;

import org.ejml.data.DMatrixRMaj;

/**
 * The predictions of the network for a mini-batch, before it was learned.
 *
 * @param losses of its m examples
 * @param zt Z2', m x n2
 * @param at A2', m x n2
 * @param yt Y', m x n2
 */
@SuppressWarnings("ArrayRecordComponent") // a buffer, never compared
public record BatchPredictions(double[] losses, DMatrixRMaj zt, DMatrixRMaj at, DMatrixRMaj yt) {
  int examples() {
    return yt.numRows;
  }
}
