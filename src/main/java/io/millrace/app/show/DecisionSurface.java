package io.millrace.app.show;

import io.millrace.learn.Predictor;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Output;
import io.millrace.web.Surface;
import java.util.ArrayList;
import java.util.List;
import org.ejml.data.DMatrixRMaj;

/** The predictions of a model with two inputs on a grid. */
final class DecisionSurface {
  private static final int SIDE = 48;

  private DecisionSurface() {}

  /**
   * Predicts the grid.
   *
   * @param range of both inputs
   */
  static Surface of(Snapshot snapshot, InputRange range) {
    DMatrixRMaj xt = new DMatrixRMaj(SIDE * SIDE, 2);
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        xt.set(row * SIDE + column, 0, at(range.least(0), range.greatest(0), column));
        xt.set(row * SIDE + column, 1, at(range.least(1), range.greatest(1), row));
      }
    }
    return new Surface(
        snapshot.version(),
        List.of(range.least(0), range.greatest(0)),
        List.of(range.least(1), range.greatest(1)),
        SIDE,
        SIDE,
        values(new Predictor(snapshot).predict(xt)));
  }

  private static double at(double least, double greatest, int step) {
    return least + (greatest - least) * step / (SIDE - 1);
  }

  private static List<Double> values(DMatrixRMaj predictions) {
    List<Double> values = new ArrayList<>(predictions.numRows);
    for (int example = 0; example < predictions.numRows; example++) {
      values.add(
          predictions.numCols == 1
              ? predictions.get(example, 0)
              : (double) Output.mostLikely(predictions, example));
    }
    return values;
  }
}
