package io.millrace.learn.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreHistogramTest {
  @ParameterizedTest
  @CsvSource({
    "0, 1024",
    "-0.0, 1024",
    "0.0156, 1024",
    "0.015625, 1025",
    "-0.0001, 1023",
    "15.999, 2047",
    "16, 2047",
    "1e300, 2047",
    "-16, 0",
    "-16.5, 0",
    "-1e300, 0"
  })
  void shouldTellScoresApartByASixtyFourth(double z, int bin) {
    assertThat(ScoreHistogram.bin(z)).isEqualTo(bin);
  }

  /** Spread, and as close together as those of an untrained model. */
  @ParameterizedTest
  @CsvSource({"4, 0.0005", "1, 0.0005", "0.2, 0.005", "0.02, 0.1", "1e-9, 0.5"})
  void shouldHaveTheAreaOfAllPairsWithinItsResolution(double spread, double largestError) {
    for (int seed = 1; seed <= 5; seed++) {
      Random random = new Random(seed);
      ScoreHistogram histogram = new ScoreHistogram();
      double[] scores = new double[2_000];
      boolean[] positive = new boolean[scores.length];
      for (int i = 0; i < scores.length; i++) {
        positive[i] = random.nextInt(4) == 0;
        scores[i] = spread * (random.nextGaussian() + (positive[i] ? 1 : 0));
        histogram.count(2 * ScoreHistogram.bin(scores[i]) + (positive[i] ? 1 : 0), 1);
      }
      double exact = auc(scores, positive);

      double actual = histogram.auc().orElseThrow();

      assertThat(actual).isCloseTo(exact, within(histogram.resolution() + 1e-12));
      assertThat(actual).isCloseTo(exact, within(largestError));
    }
  }

  private static double auc(double[] scores, boolean[] positive) {
    double wins = 0;
    double pairs = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int j = 0; j < scores.length; j++) {
        if (positive[i] && !positive[j]) {
          pairs++;
          wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    return wins / pairs;
  }

  @Test
  void shouldHaveNoAreaWithoutBothClasses() {
    ScoreHistogram histogram = new ScoreHistogram();
    assertThat(histogram.auc()).isEmpty();
    histogram.count(11, 1);
    assertThat(histogram.auc()).isEmpty();
    histogram.count(10, 1);
    assertThat(histogram.auc()).hasValue(0.5);
    histogram.count(11, -1);
    assertThat(histogram.auc()).isEmpty();
  }
}
