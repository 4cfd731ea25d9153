package io.millrace.learn.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EvaluationTest {
  /** Figures in the window are of numbers as float32. */
  private static final double WINDOW_ERROR = 2e-7;

  private static final double SUM_ERROR = 1e-11;

  private record Stream(Output output, int outputs, int window, int batchSize) {
    Architecture architecture() {
      return new Architecture(1, 1, outputs, Activation.TANH, output);
    }

    /** Of the size or of any up to it. */
    Batch batch(Random random) {
      return Batch.random(
          this, random.nextBoolean() ? batchSize : 1 + random.nextInt(batchSize), random);
    }
  }

  /** A mini-batch as the network predictions it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Batch(double[][] z, double[][] a, double[][] y) {
    static Batch random(Stream stream, int m, Random random) {
      double[][] z = new double[m][stream.outputs];
      double[][] a = new double[m][];
      double[][] y = new double[m][stream.outputs];
      for (int i = 0; i < m; i++) {
        int label = (int) (Math.pow(random.nextDouble(), 2) * stream.outputs);
        for (int k = 0; k < stream.outputs; k++) {
          y[i][k] =
              switch (stream.output) {
                case SIGMOID -> random.nextInt(9) == 0 ? random.nextDouble() : random.nextInt(2);
                case SOFTMAX -> k == label ? 1 : 0;
                case IDENTITY -> 1000 * k + 10 * random.nextGaussian();
              };
          z[i][k] =
              (stream.output == Output.IDENTITY ? y[i][k] : 4 * y[i][k] - 2)
                  + 2 * random.nextGaussian();
        }
        a[i] = value(stream.output, z[i]);
      }
      return new Batch(z, a, y);
    }

    private static double[] value(Output output, double[] z) {
      double[] a = new double[z.length];
      double sum = 0;
      for (double each : z) {
        sum += Math.exp(each);
      }
      for (int k = 0; k < z.length; k++) {
        a[k] =
            switch (output) {
              case SIGMOID -> 1 / (1 + Math.exp(-z[k]));
              case SOFTMAX -> Math.exp(z[k]) / sum;
              case IDENTITY -> z[k];
            };
      }
      return a;
    }

    BatchPredictions predictions(Output output) {
      double[] losses = new double[y.length + 3];
      for (int i = 0; i < y.length; i++) {
        for (int k = 0; k < y[i].length; k++) {
          double loss =
              switch (output) {
                case SIGMOID ->
                    -y[i][k] * Math.log(a[i][k]) - (1 - y[i][k]) * Math.log(1 - a[i][k]);
                case SOFTMAX -> -y[i][k] * Math.log(a[i][k]);
                case IDENTITY -> Math.pow(a[i][k] - y[i][k], 2) / 2;
              };
          losses[i] += loss;
        }
      }
      return new BatchPredictions(
          losses, new DMatrixRMaj(z), new DMatrixRMaj(a), new DMatrixRMaj(y));
    }
  }

  static List<Stream> streams() {
    List<Stream> streams = new ArrayList<>();
    for (int window : new int[] {1, 2, 7, 50, 100, 1000}) {
      for (int batchSize : new int[] {1, 8, 64}) {
        streams.add(new Stream(Output.SIGMOID, 1, window, batchSize));
        streams.add(new Stream(Output.SIGMOID, 3, window, batchSize));
        streams.add(new Stream(Output.SOFTMAX, 4, window, batchSize));
        streams.add(new Stream(Output.IDENTITY, 1, window, batchSize));
        streams.add(new Stream(Output.IDENTITY, 3, window, batchSize));
      }
    }
    return streams;
  }

  @ParameterizedTest
  @MethodSource("streams")
  void shouldHaveTheFiguresOfTheWholeHistory(Stream stream) {
    Evaluation evaluation = Evaluation.start(stream.architecture(), stream.window);
    NaiveEvaluation naive = new NaiveEvaluation(stream.output, stream.window);
    Random random = new Random(5);
    for (int seen = 0; seen < 400; ) {
      Batch batch = stream.batch(random);
      seen += batch.y.length;
      naive.add(batch.z, batch.a, batch.y);

      Prequential figures = evaluation.add(batch.predictions(stream.output));

      assertSame(figures.window(), naive.window(), WINDOW_ERROR);
      assertSame(figures.sinceStart(), naive.sinceStart(), SUM_ERROR);
    }
  }

  private static void assertSame(Quality actual, Quality expected, double error) {
    assertThat(actual.examples()).isEqualTo(expected.examples());
    assertSame(OptionalDouble.of(actual.cost()), OptionalDouble.of(expected.cost()), error);
    assertThat(actual.accuracy()).isEqualTo(expected.accuracy());
    assertSame(actual.auc(), expected.auc(), SUM_ERROR);
    assertSame(actual.logLoss(), expected.logLoss(), error);
    assertSame(actual.mae(), expected.mae(), error);
    assertSame(actual.rmse(), expected.rmse(), error);
    assertSame(actual.baseline(), expected.baseline(), error);
    assertSame(actual.noChange(), expected.noChange(), error);
  }

  private static void assertSame(
      Quality.Reference actual, Quality.Reference expected, double error) {
    assertSame(actual.cost(), expected.cost(), error);
    assertThat(actual.accuracy()).isEqualTo(expected.accuracy());
    assertSame(actual.mae(), expected.mae(), error);
    assertSame(actual.rmse(), expected.rmse(), error);
  }

  private static void assertSame(OptionalDouble actual, OptionalDouble expected, double error) {
    assertThat(actual.isPresent()).isEqualTo(expected.isPresent());
    if (expected.isPresent()) {
      double value = expected.getAsDouble();
      assertThat(actual.getAsDouble())
          .isCloseTo(value, within(error * Math.max(1, Math.abs(value))));
    }
  }

  /** A copy goes through the fields of the state. */
  @ParameterizedTest
  @MethodSource("streams")
  void shouldGoOnToTheBitFromItsState(Stream stream) {
    Evaluation uninterrupted = Evaluation.start(stream.architecture(), stream.window);
    Evaluation restarted = uninterrupted.copy();
    Random random = new Random(6);
    for (int number = 0; number < 60; number++) {
      BatchPredictions predictions = stream.batch(random).predictions(stream.output);

      restarted = restarted.copy();

      assertThat(restarted.add(predictions)).isEqualTo(uninterrupted.add(predictions));
    }
  }

  /** Sums of what comes and goes would remember the large numbers by their rounding errors. */
  @Test
  void shouldForgetLargeFiguresWithTheWindow() {
    Stream stream = new Stream(Output.IDENTITY, 1, 10, 1);
    Evaluation evaluation = Evaluation.start(stream.architecture(), 10);
    Evaluation other = Evaluation.start(stream.architecture(), 10);
    for (int i = 0; i < 40; i++) {
      double error = i == 15 ? 1e15 : 0.1;
      double undisturbed = 0.1;
      Quality window = evaluation.add(regression(error)).window();
      Quality expected = other.add(regression(undisturbed)).window();
      if (i >= 25) {
        assertThat(window.cost()).isEqualTo(expected.cost());
        assertThat(window.mae()).isEqualTo(expected.mae());
      }
    }
  }

  private static BatchPredictions regression(double prediction) {
    DMatrixRMaj a = new DMatrixRMaj(new double[][] {{prediction}});
    return new BatchPredictions(
        new double[] {prediction * prediction / 2}, a, a, new DMatrixRMaj(new double[][] {{0}}));
  }

  @Test
  void shouldStayFiniteWhateverTheNumbersAre() {
    Stream stream = new Stream(Output.IDENTITY, 1, 5, 1);
    Evaluation evaluation = Evaluation.start(stream.architecture(), 5);
    for (double label : new double[] {1, 1e100, -1e150, Double.MAX_VALUE, -Double.MAX_VALUE, 0}) {
      DMatrixRMaj zero = new DMatrixRMaj(new double[][] {{0}});
      DMatrixRMaj y = new DMatrixRMaj(new double[][] {{label}});
      Prequential figures =
          evaluation.add(new BatchPredictions(new double[] {Double.MAX_VALUE}, zero, zero, y));
      for (Quality quality : List.of(figures.window(), figures.sinceStart())) {
        assertThat(quality.cost()).isFinite();
        assertThat(quality.mae().getAsDouble()).isFinite();
        assertThat(quality.baseline().rmse().orElse(0)).isFinite();
        assertThat(quality.noChange().cost().orElse(0)).isFinite();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("streams")
  void shouldKeepTheNewestExamplesWhenTheWindowChanges(Stream stream) {
    for (int newWindow : new int[] {1, 3, 50, 64, 2000}) {
      Evaluation resized = Evaluation.start(stream.architecture(), stream.window);
      NaiveEvaluation naive =
          new NaiveEvaluation(stream.output, Math.min(stream.window, newWindow));
      Random random = new Random(7);
      Prequential last = null;
      Batch batch = null;
      for (int number = 0; number < 20; number++) {
        batch = Batch.random(stream, stream.batchSize, random);
        naive.add(batch.z, batch.a, batch.y);
        last = resized.add(batch.predictions(stream.output));
      }
      resized.resize(newWindow);
      assertThat(resized.window()).isEqualTo(newWindow);
      resized = resized.copy();
      // one more, within what both windows hold
      Batch next = Batch.random(stream, 1, random);
      naive.add(next.z, next.a, next.y);
      Prequential figures = resized.add(next.predictions(stream.output));
      if (newWindow <= stream.window) {
        assertSame(figures.window(), naive.window(), WINDOW_ERROR);
      } else {
        assertThat(figures.window().examples())
            .isEqualTo(Math.min(newWindow, Math.min(stream.window, 20L * stream.batchSize) + 1));
      }
      assertSame(figures.sinceStart(), naive.sinceStart(), SUM_ERROR);
      assertThat(last).isNotNull();
    }
  }
}
