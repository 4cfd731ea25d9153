package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScalerTest {
  private static final double EPSILON = 1e-8;

  private final Scaler scaler = Scaler.start(1);

  /** One input, one row an example. */
  private static DMatrixRMaj column(double... values) {
    return new DMatrixRMaj(values.length, 1, true, values);
  }

  private double[] scaled(double... values) {
    DMatrixRMaj scaled = new DMatrixRMaj(0, 1);
    scaler.scale(column(values), scaled);
    return Arrays.copyOf(scaled.data, scaled.getNumElements());
  }

  @Test
  void shouldHaveTheMeanAndThePopulationVarianceOfAllExamples() {
    scaler.add(column(2, 4, 4));
    scaler.add(column(4));
    scaler.add(column(5, 5, 7, 9));

    assertThat(scaler.count()).isEqualTo(8);
    assertThat(scaler.mean()).containsExactly(new double[] {5}, within(1e-15));
    assertThat(scaler.variance()).containsExactly(new double[] {4}, within(1e-15));
    assertThat(scaled(9, 5, 1))
        .containsExactly(
            new double[] {4 / Math.sqrt(4 + EPSILON), 0, -4 / Math.sqrt(4 + EPSILON)},
            within(1e-14));
  }

  /** 64 digits as the oracle. The sum of the squares alone would have lost every digit. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 1e9, -1e12})
  void shouldKeepASmallSpreadAroundALargeMean(double mean) {
    Random random = new Random(5);
    List<BigDecimal> all = new ArrayList<>();
    while (all.size() < 20_000) {
      double[] values = new double[1 + random.nextInt(200)];
      for (int i = 0; i < values.length; i++) {
        values[i] = mean + random.nextGaussian();
        all.add(new BigDecimal(values[i]));
      }
      scaler.add(column(values));
    }
    BigDecimal n = BigDecimal.valueOf(all.size());
    BigDecimal sum = all.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    BigDecimal exactMean = sum.divide(n, new MathContext(64));
    double exactVariance =
        all.stream()
            .map(each -> each.subtract(exactMean).pow(2))
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .divide(n, new MathContext(64))
            .doubleValue();

    assertThat(scaler.mean()[0])
        .isCloseTo(exactMean.doubleValue(), within(1e-14 * Math.max(1, Math.abs(mean))));
    // the digits that the examples themselves have beyond the mean
    double lost = Math.max(1e-13, 1e-16 * Math.abs(mean));
    assertThat(scaler.variance()[0]).isCloseTo(exactVariance, withinPercentage(100 * lost));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, -7, 1.7e15 + 1, 1e100})
  void shouldScaleAConstantToZero(double constant) {
    for (int m = 1; m < 50; m++) {
      double[] values = new double[m];
      Arrays.fill(values, constant);
      scaler.add(column(values));
    }

    assertThat(scaler.mean()).containsExactly(constant);
    assertThat(scaler.variance()).containsExactly(0);
    assertThat(scaled(constant)).containsExactly(0);
  }

  @Test
  void shouldTakeOneExample() {
    scaler.add(column(3));

    assertThat(scaler.mean()).containsExactly(3);
    assertThat(scaler.variance()).containsExactly(0);
    assertThat(scaled(3, 4)).containsExactly(0, 1 / Math.sqrt(EPSILON));
  }

  @Test
  void shouldLeaveInputsAsTheyAreBeforeTheFirstExample() {
    assertThat(scaler.variance()).containsExactly(0);
    assertThat(scaled(3)).containsExactly(3);
  }

  /** Written out: the order of the operations, on which the last bits depend. */
  @Test
  void shouldAddInAFixedOrder() {
    double[] first = {0.1, 0.7, 0.2};
    double[] second = {1.3, 0.4};
    double mean1 = 0.1 + ((0.7 - 0.1) + (0.2 - 0.1)) / 3;
    double mean2 = 1.3 + (0.4 - 1.3) / 2;
    double squares1 = 0;
    for (double x : first) {
      squares1 += (x - mean1) * (x - mean1);
    }
    double squares2 = 0;
    for (double x : second) {
      squares2 += (x - mean2) * (x - mean2);
    }
    double d = mean2 - mean1;

    scaler.add(column(first));
    scaler.add(column(second));

    assertThat(scaler.mean()).containsExactly(mean1 + d * (2 / 5.0));
    assertThat(scaler.squares()).containsExactly(squares1 + (squares2 + d * d * (3 * (2 / 5.0))));
  }

  /** A model that starts from a snapshot must predict what the snapshot's model did. */
  @Test
  void shouldHaveThePublishedVarianceToTheBit() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 10_000; i++) {
      long count = random.nextLong(1, 1L << random.nextInt(1, 40));
      double squares = random.nextDouble() * Math.pow(10, random.nextInt(-20, 20));
      double[] published =
          Scaler.resume(count, new double[] {0}, new double[] {squares}).variance();

      double[] found = Scaler.of(count, new double[] {0}, published).variance();

      assertThat(found).containsExactly(published);
    }
  }

  @Test
  void shouldKeepInputsApart() {
    Scaler two = Scaler.start(2);
    two.add(new DMatrixRMaj(new double[][] {{1, -10}, {3, 30}}));

    assertThat(two.mean()).containsExactly(2, 10);
    assertThat(two.variance()).containsExactly(1, 400);
  }

  @Test
  void shouldGoOnFromPublishedStatistics() {
    scaler.add(column(2, 4, 4, 4, 5, 5, 7, 9));
    Scaler published = Scaler.of(scaler.count(), scaler.mean(), scaler.variance());

    published.add(column(1, 2));
    scaler.add(column(1, 2));

    assertThat(published.count()).isEqualTo(10);
    assertThat(published.mean()).containsExactly(scaler.mean());
    assertThat(published.variance()).containsExactly(scaler.variance(), within(1e-15));
  }

  @Test
  void shouldRefuseWhatCannotBeStatistics() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Scaler.of(3, new double[] {1, 2}, new double[] {1, -1}))
        .withMessage(
            "scaler: expected a finite mean and a finite variance of at least 0,"
                + " found 2.0 and -1.0 at index 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Scaler.of(3, new double[] {Double.NaN}, new double[] {1}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Scaler.of(3, new double[] {1}, new double[] {Double.MAX_VALUE}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Scaler.of(3, new double[] {1}, new double[] {1, 1}))
        .withMessageEndingWith("found 3, 1, 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scaler.add(new DMatrixRMaj(1, 2)))
        .withMessage("X: expected 1 inputs, found 2");
  }
}
