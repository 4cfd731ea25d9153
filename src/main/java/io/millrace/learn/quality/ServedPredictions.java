package io.millrace.learn.quality;

import io.millrace.example.MiniBatch;
import io.millrace.nn.Network;
import io.millrace.nn.Output;
import java.util.OptionalDouble;
import org.ejml.data.DMatrixRMaj;

/**
 * The predictions that were served. For an example that was predicted as an event, that prediction.
 * For an example with its label, the prediction of the network just before it learns. A workspace
 * for one thread.
 */
public final class ServedPredictions {
  private final Output output;
  private final DMatrixRMaj zt;
  private final DMatrixRMaj at;
  private double[] losses = {};

  public ServedPredictions(Output output, int outputs) {
    this.output = output;
    this.zt = new DMatrixRMaj(0, outputs);
    this.at = new DMatrixRMaj(0, outputs);
  }

  /**
   * Collects them.
   *
   * @param network after {@link Network#forward}
   * @param batch with at least one example that was predicted as an event. Not modified.
   * @return live until the next call
   */
  public BatchPredictions of(Network network, MiniBatch batch) {
    int n2 = batch.outputs();
    zt.setTo(network.logits());
    for (int i = 0; i < batch.size(); i++) {
      if (batch.servedVersion(i) != MiniBatch.NOT_SERVED) {
        System.arraycopy(batch.servedZt().data, i * n2, zt.data, i * n2, n2);
      }
    }
    if (losses.length < batch.size()) {
      losses = new double[batch.size()];
    }
    // A2 = g2(Z2), and the losses: for these, what Network.forward and cost do
    output.apply(zt, at);
    output.losses(zt, batch.yt(), losses);
    return new BatchPredictions(losses, zt, at, batch.yt());
  }

  /** The quality of the predictions of events. */
  public ServedQuality quality(BatchPredictions predictions, MiniBatch batch) {
    int n2 = batch.outputs();
    int right = 0;
    double loss = 0;
    long oldest = Long.MAX_VALUE;
    long newest = 0;
    for (int i = 0; i < batch.size(); i++) {
      long version = batch.servedVersion(i);
      if (version != MiniBatch.NOT_SERVED) {
        oldest = Math.min(oldest, version);
        newest = Math.max(newest, version);
        // as in the evaluation: an error beyond all measure must not make the figure infinite
        loss += Math.min(predictions.losses()[i], Float.MAX_VALUE);
        boolean isRight =
            output.classifies()
                && output.agree(predictions.at().data, i * n2, predictions.yt().data, i * n2, n2);
        right += isRight ? 1 : 0;
      }
    }
    int examples = batch.servedCount();
    return new ServedQuality(
        examples,
        loss / examples,
        output.classifies() ? OptionalDouble.of((double) right / examples) : OptionalDouble.empty(),
        oldest,
        newest);
  }
}
