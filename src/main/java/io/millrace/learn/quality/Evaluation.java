package io.millrace.learn.quality;

import io.millrace.example.MiniBatch;
import io.millrace.nn.Architecture;
import io.millrace.nn.Network;
import java.util.Locale;

/**
 * How good a model has been on examples that it had not learned yet: over a sliding window of the
 * last ones and since the start, beside a baseline and "no change"; and whether it has become
 * worse. It is part of the {@link io.millrace.learn.Model}, so that its figures, too, follow from
 * the log and the start alone.
 *
 * <p>Figures of single examples are kept as float32, and count as 3.4e38 beyond its range, so that
 * every sum stays finite.
 *
 * <p>A drift is a rise of the mean of how bad predictions are, found by {@link Adwin}. A fall is
 * what learning is for: it is not told, but the losses before it are forgotten as well.
 *
 * <p>Memory: 10 bytes an example of the window for a classifier, 24 for regression; the histograms
 * of scores with one sigmoid output, 66 kB. Mutable, and not safe for several threads.
 */
public final class Evaluation {
  /** The default number of examples in the window. */
  public static final int DEFAULT_WINDOW = 1000;

  private final Architecture architecture;
  private final Scorer scorer;
  private final QualitySums sinceStart;
  private final Adwin adwin = new Adwin(Adwin.DELTA);
  private SlidingWindow window;
  private long drifts;

  /** A workspace. */
  private final BatchScores scores;

  private Evaluation(Architecture architecture, int window) {
    this.architecture = architecture;
    this.scorer = Scorer.of(architecture);
    int figures = scorer.figures();
    this.scores = new BatchScores(figures);
    this.sinceStart = new QualitySums(figures, scorer.hasScores());
    this.window = new SlidingWindow(window, figures, scorer.hasMarks(), scorer.hasScores());
  }

  /**
   * An evaluation that has seen no example.
   *
   * @param architecture of the model
   * @param window the examples in the sliding window, at least 1
   */
  public static Evaluation start(Architecture architecture, int window) {
    if (window < 1) {
      throw new IllegalArgumentException("window must be at least 1. Got: " + window);
    }
    return new Evaluation(architecture, window);
  }

  /**
   * An evaluation that continues another one, bit for bit.
   *
   * @param architecture of the model
   * @param window as it was
   * @param fields what {@link #write} wrote
   * @throws IllegalArgumentException if this cannot be the state of one
   */
  public static Evaluation resume(Architecture architecture, int window, StateFields fields) {
    Evaluation evaluation = start(architecture, window);
    evaluation.transfer(fields);
    return evaluation;
  }

  /** An evaluation of its own with the same state. */
  public Evaluation copy() {
    StateCopy fields = new StateCopy();
    write(fields);
    return resume(architecture, window(), fields.toRead());
  }

  /** The length of the sliding window. */
  public int window() {
    return window.length();
  }

  /** The examples since the start. */
  public long examples() {
    return sinceStart.examples();
  }

  /** Gives the sliding window another length; the newest examples in it stay. */
  public void resize(int newWindow) {
    if (newWindow != window()) {
      window = window.resized(newWindow);
    }
  }

  /** Writes the whole state, except the length of the window. */
  public void write(StateFields fields) {
    transfer(fields);
  }

  private void transfer(StateFields fields) {
    sinceStart.transfer(fields);
    window.transfer(fields);
    scorer.transfer(fields);
    adwin.transfer(fields);
    drifts = fields.count(drifts);
    if (window.tally().examples() > sinceStart.examples()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "evaluation: %d examples in the window, %d since the start",
              window.tally().examples(),
              sinceStart.examples()));
    }
  }

  /**
   * Takes a mini-batch.
   *
   * @param network after {@link Network#forward} and {@link Network#cost}
   * @param batch its labels. Not modified.
   * @return the figures after it
   */
  public Prequential add(Network network, MiniBatch batch) {
    return add(
        new BatchPredictions(
            network.losses(), network.logits(), network.predictions(), batch.yt()));
  }

  /** Takes a mini-batch of at least one example. */
  public Prequential add(BatchPredictions predictions) {
    int m = predictions.examples();
    scores.fit(m);
    boolean canJudge = scorer.score(predictions, scores);
    for (int figure = 0; figure < sinceStart.sums().length; figure++) {
      sinceStart.sums()[figure] += scores.cap(figure, m);
    }
    sinceStart.count(scores.marks, m);
    window.add(scores, m);
    window.sum();
    scorer.learn(predictions.yt());
    if (canJudge) {
      adwin.add(scores.badness, m);
    }
    boolean drift = adwin.check() == Adwin.Change.RISE;
    drifts += drift ? 1 : 0;
    return new Prequential(
        scorer.quality(window.tally(), examples() - window.tally().examples()),
        scorer.quality(sinceStart, 0),
        drift,
        drifts);
  }
}
