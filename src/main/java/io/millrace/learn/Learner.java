package io.millrace.learn;

import io.millrace.example.MiniBatch;
import io.millrace.learn.Diverged.Suspect;
import io.millrace.learn.quality.BatchPredictions;
import io.millrace.learn.quality.Prequential;
import io.millrace.learn.quality.ServedPredictions;
import io.millrace.learn.quality.ServedQuality;
import io.millrace.nn.Gradients;
import io.millrace.nn.KernelKind;
import io.millrace.nn.Network;
import io.millrace.nn.Optimizer;
import io.millrace.nn.Parameters;
import io.millrace.nn.Scaler;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DMatrixSparseCSC;
import org.jspecify.annotations.Nullable;

/**
 * Trains one model by mini-batch gradient descent, one step per mini-batch: scale, forward, cost,
 * backward, update. Not thread-safe.
 *
 * <p>Memory besides the model: the gradients, the workspaces of {@link Network}, and with scaling a
 * mini-batch of scaled inputs and a second scaler.
 */
public final class Learner {
  /** The largest number of examples that are named for a diverged mini-batch. */
  private static final int SUSPECTS = 3;

  /** The share of the largest loss above which an example is named. */
  private static final double SUSPICIOUS = 0.01;

  private final Model model;
  private final Training training;
  private final Network network;
  private final Gradients gradients;
  private final ServedPredictions served;
  private final @Nullable Scaling scaling;

  /**
   * A learner of a model, with the products of EJML.
   *
   * @param model the model. Modified by every step.
   * @param training the settings of its updates
   */
  public Learner(Model model, Training training) {
    this(model, training, KernelKind.EJML);
  }

  /**
   * A learner of a model.
   *
   * @param model the model. Modified by every step.
   * @param training the settings of its updates
   * @param kernel what computes the matrix products
   */
  public Learner(Model model, Training training, KernelKind kernel) {
    this.model = model;
    this.training = training;
    this.network = new Network(model.architecture(), kernel);
    this.gradients = new Gradients(model.architecture());
    this.served =
        new ServedPredictions(model.architecture().output(), model.architecture().outputs());
    this.scaling = model.scaler().map(Scaling::new).orElse(null);
  }

  public Model model() {
    return model;
  }

  /** The model's scaler, and a copy that includes the present mini-batch. */
  private static final class Scaling {
    private final Scaler learned;
    private final Scaler trial;
    private final DMatrixRMaj scaledXt;

    Scaling(Scaler learned) {
      this.learned = learned;
      this.trial = learned.copy();
      this.scaledXt = new DMatrixRMaj(0, learned.inputs());
    }

    DMatrixRMaj scaled(DMatrixRMaj xt) {
      trial.set(learned);
      trial.add(xt);
      trial.scale(xt, scaledXt);
      return scaledXt;
    }

    void accept() {
      learned.set(trial);
    }
  }

  /**
   * Tests the model on a mini-batch, then learns it. The outcome depends only on the model and the
   * mini-batch.
   *
   * @param batch at least one example. Not modified.
   * @param offset its position in the mini-batches topic
   * @throws IllegalArgumentException when its shape is not the model's
   */
  public Outcome learn(MiniBatch batch, long offset) {
    DMatrixRMaj xt = batch.xt();
    if (scaling != null) {
      int tooLarge = Scaler.firstTooLarge(xt);
      if (tooLarge >= 0) {
        return tooLargeToScale(batch, tooLarge);
      }
      xt = scaling.scaled(xt);
    }

    Parameters parameters = model.parameters();
    network.forward(parameters, xt, batch.xs(), gradients);
    double cost = network.cost(batch.yt());
    network.backward(parameters, xt, batch.xs(), batch.yt(), gradients);
    if (training.l2() > 0) {
      // dW = dW + l2 W
      gradients.addWeights(training.l2(), parameters);
    }
    double gradientNorm = gradients.norm();
    long tested = model.version();
    double rate = training.learningRate().applyAsDouble(tested);
    if (!isSafe(cost, gradientNorm, rate)) {
      gradients.undo(parameters);
      return new Diverged(figures(cost, gradientNorm, rate), suspects(xt, batch.xs()));
    }
    OptionalDouble accuracy =
        model.architecture().output().classifies()
            ? OptionalDouble.of(network.accuracy(batch.yt()))
            : OptionalDouble.empty();

    Optional<ServedQuality> servedQuality = Optional.empty();
    Prequential prequential;
    if (batch.servedCount() == 0) {
      prequential = model.evaluation().add(network, batch);
    } else {
      BatchPredictions predictions = served.of(network, batch);
      servedQuality = Optional.of(served.quality(predictions, batch));
      prequential = model.evaluation().add(predictions);
    }

    if (gradientNorm > longest()) {
      // (dW, db) = (dW, db) clipNorm / norm(dW, db)
      gradients.scale(longest() / gradientNorm);
    }
    model.optimizer().update(parameters, gradients, rate);
    if (scaling != null) {
      scaling.accept();
    }
    model.updated(batch.size(), offset);
    return new BatchMetrics(
        model.version(),
        batch.size(),
        model.examples(),
        cost,
        accuracy,
        gradientNorm,
        rate,
        tested,
        Optional.of(prequential),
        servedQuality);
  }

  /**
   * Rolls the model back to an earlier version.
   *
   * @param earlier of the model's shape, with a scaler if the model has one. Not modified.
   * @param offset position of the command in the mini-batches topic
   */
  public Rollback goBackTo(Snapshot earlier, long offset) {
    model.goBackTo(earlier, offset);
    return new Rollback(model.version(), earlier.version());
  }

  /** Whether the update would leave every number of the model finite. */
  private boolean isSafe(double cost, double gradientNorm, double rate) {
    return Double.isFinite(cost)
        && Double.isFinite(gradientNorm)
        && Math.min(gradientNorm, longest()) <= Optimizer.LARGEST
        && rate <= Optimizer.LARGEST;
  }

  /** The largest norm of a gradient that the optimiser gets. */
  private double longest() {
    return training.clipNorm().orElse(Double.POSITIVE_INFINITY);
  }

  private static String figures(double cost, double gradientNorm, double rate) {
    String figures = String.format(Locale.ROOT, "cost %s, gradient norm %s", cost, gradientNorm);
    boolean isFinite = Double.isFinite(cost) && Double.isFinite(gradientNorm);
    return isFinite
        ? String.format(
            Locale.ROOT,
            "%s, learning rate %s (the limit for gradients and rates is %s)",
            figures,
            rate,
            Optimizer.LARGEST)
        : figures;
  }

  /** The examples of the last forward pass whose loss is near the largest, the largest first. */
  private List<Suspect> suspects(DMatrixRMaj xt, DMatrixSparseCSC xs) {
    double[] losses = network.losses();
    List<Suspect> all =
        IntStream.range(0, xt.numRows)
            .mapToObj(i -> new Suspect(i, losses[i], largestInput(xt, xs, i)))
            .sorted(
                Comparator.comparingDouble(Suspect::loss) // NaN is the largest
                    .thenComparingDouble(Suspect::largestInput)
                    .reversed())
            .toList();
    double least = SUSPICIOUS * all.get(0).loss();
    return all.stream().filter(each -> !(each.loss() < least)).limit(SUSPECTS).toList();
  }

  private static double largestInput(DMatrixRMaj xt, DMatrixSparseCSC xs, int example) {
    double largest = 0;
    for (int k = xs.col_idx[example]; k < xs.col_idx[example + 1]; k++) {
      largest = Math.max(largest, Math.abs(xs.nz_values[k]));
    }
    for (int i = example * xt.numCols; i < (example + 1) * xt.numCols; i++) {
      largest = Math.max(largest, Math.abs(xt.data[i]));
    }
    return largest;
  }

  private static Diverged tooLargeToScale(MiniBatch batch, int index) {
    return new Diverged(
        String.format(
            Locale.ROOT,
            "%s as input %d (the limit for scaled inputs is %s)",
            batch.xt().data[index],
            index % batch.inputs() + 1,
            Scaler.LARGEST),
        List.of(new Suspect(index / batch.inputs(), Double.NaN, Math.abs(batch.xt().data[index]))));
  }
}
