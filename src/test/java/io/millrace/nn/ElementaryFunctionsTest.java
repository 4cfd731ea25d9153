package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** The functions against StrictMath, which is within one unit in the last place. */
class ElementaryFunctionsTest {
  private static final double[] SPECIAL = {
    0,
    -0.0,
    1,
    -1,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MIN_NORMAL,
    -Double.MIN_NORMAL,
    1e-310,
    -1e-310,
    0x1p-60,
    -0x1p-60,
    18.9,
    -18.9,
    19.0625,
    -19.0625,
    19.07,
    22,
    -22,
    36.7,
    -36.7,
    708.39,
    -708.39,
    709.78,
    709.782712893384,
    709.79,
    710,
    711,
    -744,
    -745.13,
    -745.14,
    -746,
    -747,
    1e10,
    -1e10,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN
  };

  @Test
  void shouldHaveTheExponential() {
    assertError(
        3e-16,
        ElementaryFunctions::expOfMinusAbs,
        x -> StrictMath.exp(-Math.abs(x)),
        numbers(-745.2, 745.2));
    assertError(3e-16, each(ElementaryFunctions::exp), StrictMath::exp, numbers(-745.2, 710));
    assertError(3e-16, each(ElementaryFunctions::exp), StrictMath::exp, numbers(-1, 1));
  }

  @Test
  void shouldHaveTheHyperbolicTangent() {
    assertError(2e-15, ElementaryFunctions::tanh, StrictMath::tanh, numbers(-25, 25));
    assertError(2e-15, ElementaryFunctions::tanh, StrictMath::tanh, numbers(-1, 1));
    assertError(2e-15, ElementaryFunctions::tanh, StrictMath::tanh, numbers(-1e-5, 1e-5));
    assertThat(DoubleStream.of(values(ElementaryFunctions::tanh, numbers(-30, 30).toArray())))
        .noneMatch(a -> Math.abs(a) > 1);
  }

  @Test
  void shouldHaveTheSigmoid() {
    DoubleUnaryOperator exact =
        x -> x >= 0 ? 1 / (1 + StrictMath.exp(-x)) : StrictMath.exp(x) / (1 + StrictMath.exp(x));
    assertError(6e-16, ElementaryFunctions::sigmoid, exact, numbers(-745, 745));
    assertError(6e-16, ElementaryFunctions::sigmoid, exact, numbers(-5, 5));
  }

  @Test
  void shouldHaveTheLogarithm() {
    DoubleStream powers = numbers(-740, 709.7).map(StrictMath::exp);
    assertError(5e-16, each(ElementaryFunctions::log), StrictMath::log, powers);
    assertError(5e-16, each(ElementaryFunctions::log), StrictMath::log, numbers(1, 1000));
    assertError(5e-16, each(ElementaryFunctions::log), StrictMath::log, numbers(1, 1 + 1e-6));
  }

  @Test
  void shouldHaveTheLogarithmOfOnePlusAFraction() {
    assertError(
        5e-16, each(ElementaryFunctions::log1p), StrictMath::log1p, numbers(0, 1).map(Math::abs));
    assertError(
        5e-16,
        each(ElementaryFunctions::log1p),
        StrictMath::log1p,
        numbers(-740, 0).map(StrictMath::exp).filter(u -> u <= 1));
    assertThat(ElementaryFunctions.log1p(0)).isZero();
    assertThat(ElementaryFunctions.log1p(Double.NaN)).isNaN();
  }

  /** In an array of all of them, as they are used. */
  private interface Loop {
    void apply(double[] x, double[] y, int count);
  }

  private static Loop each(DoubleUnaryOperator function) {
    return (x, y, count) -> Arrays.setAll(y, i -> function.applyAsDouble(x[i]));
  }

  private static double[] values(Loop function, double[] x) {
    double[] y = new double[x.length];
    function.apply(x, y, x.length);
    return y;
  }

  /** Dense, random, and the special values. */
  private static DoubleStream numbers(double least, double most) {
    int count = 100_000;
    DoubleStream dense =
        DoubleStream.iterate(0, i -> i + 1)
            .limit(count)
            .map(i -> least + (most - least) * i / count);
    DoubleStream random = new Random(42).doubles(count, least, most);
    DoubleStream special = DoubleStream.of(SPECIAL).filter(x -> fits(x, least));
    return DoubleStream.concat(DoubleStream.concat(dense, random), special);
  }

  /** A function that is asked for positive numbers alone gets no others. */
  private static boolean fits(double x, double least) {
    return least < 0 || (x >= least && x <= 1) || Double.isNaN(x);
  }

  private static void assertError(
      double bound, Loop function, DoubleUnaryOperator exact, DoubleStream numbers) {
    double[] x = numbers.toArray();
    double[] actual = values(function, x);
    for (int i = 0; i < x.length; i++) {
      double a = actual[i];
      double e = exact.applyAsDouble(x[i]);
      boolean isSame = Double.doubleToLongBits(a) == Double.doubleToLongBits(e);
      double largest = Math.max(bound * Math.abs(e), Math.abs(e) < 1e-300 ? Double.MIN_VALUE : 0);
      if (!isSame && !(Math.abs(a - e) <= largest)) { // no assertion for each of a million
        assertThat(a).as("of %s, error %s", x[i], Math.abs(a - e) / Math.abs(e)).isEqualTo(e);
      }
    }
  }
}
