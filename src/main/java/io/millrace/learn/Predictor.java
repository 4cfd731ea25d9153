package io.millrace.learn;

import io.millrace.example.ServedPrediction;
import io.millrace.nn.Network;
import io.millrace.nn.Scaler;
import java.util.Arrays;
import java.util.Optional;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DMatrixSparseCSC;

/**
 * Predicts with a published model: scale, forward. Has the workspaces of one pass and is not
 * thread-safe. It does not modify the snapshot, so several predictors may share one.
 */
public final class Predictor {
  private final Snapshot snapshot;
  private final Network network;

  /** A copy, because a scaler has workspaces, too. */
  private final Optional<Scaler> scaler;

  private final DMatrixRMaj scaledXt;

  public Predictor(Snapshot snapshot) {
    this.snapshot = snapshot;
    this.network = new Network(snapshot.architecture());
    this.scaler = snapshot.scaler().map(Scaler::copy);
    this.scaledXt = new DMatrixRMaj(0, snapshot.architecture().inputs());
  }

  /** Whether it predicts with this same snapshot object. */
  @SuppressWarnings("ReferenceEquality") // identity is enough, and comparing all numbers is slow
  public boolean isOf(Snapshot snapshot) {
    return this.snapshot == snapshot;
  }

  /** Its snapshot. */
  public Snapshot snapshot() {
    return snapshot;
  }

  /**
   * The predictions of a model without sparse inputs for m examples.
   *
   * @param xt X', m x n0, m at least 1. Not modified.
   * @return A2', m x n2; live until the next call
   * @throws IllegalArgumentException if the shape does not fit the model
   */
  public DMatrixRMaj predict(DMatrixRMaj xt) {
    network.forward(snapshot.parameters(), scaled(xt));
    return network.predictions();
  }

  /**
   * The predictions for m examples. A sparse input that the model has not learned adds nothing.
   *
   * @param xt Xd', m x nd, m at least 1. Not modified.
   * @param xs Xs, ns x m. Not modified.
   * @return A2', m x n2; live until the next call
   * @throws IllegalArgumentException if a shape does not fit the model
   */
  public DMatrixRMaj predict(DMatrixRMaj xt, DMatrixSparseCSC xs) {
    network.forward(snapshot.parameters(), scaled(xt), xs);
    return network.predictions();
  }

  private DMatrixRMaj scaled(DMatrixRMaj xt) {
    if (scaler.isEmpty()) {
      return xt;
    }
    scaler.get().scale(xt, scaledXt);
    return scaledXt;
  }

  /**
   * The last prediction of a single example, to be scored when its label arrives; empty if it is
   * not finite.
   */
  public Optional<ServedPrediction> served() {
    double[] z = Arrays.copyOf(network.logits().data, snapshot.architecture().outputs());
    return Arrays.stream(z).allMatch(Double::isFinite)
        ? Optional.of(new ServedPrediction(snapshot.version(), z))
        : Optional.empty();
  }
}
