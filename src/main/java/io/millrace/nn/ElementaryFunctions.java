package io.millrace.nn;

/**
 * exp, log and tanh in nothing but the arithmetic of doubles that Java defines exactly: the same
 * bits on every machine, interpreted or compiled, several times as fast as {@link StrictMath}.
 * Without a branch where a loop over an array is to be vectorised by the JIT compiler.
 *
 * <p>Accuracy: each function states the bound of its relative error, which the tests hold it to
 * against StrictMath. NaN, infinities, zeros with their sign and subnormals are no exception.
 */
final class ElementaryFunctions {
  private static final double LOG2_E = 1.4426950408889634;

  // ln 2 = LN2_HIGH + LN2_LOW; an integer below 2^11 times the former is exact
  private static final double LN2_HIGH = 0x1.62e42fefa3800p-1;
  private static final double LN2_LOW = 0x1.ef35793c76730p-45;

  /** Adding it rounds to an integer, which then stands in the last bits. */
  private static final double ROUNDER = 0x1.8p52;

  private static final int EXPONENT_BIAS = 1023;
  private static final int MANTISSA_BITS = 52;
  private static final long MANTISSA = (1L << MANTISSA_BITS) - 1;
  private static final double SQRT_2 = 1.4142135623730951;

  /** e^-708 is a normal number. */
  private static final double EXP_NORMAL = 708;

  /** Up to here the quotient of {@link #tanh} is below 1 by more than its error. */
  private static final double TANH_BELOW_1 = 17;

  /** From here on tanh is 1 but for the last bits. */
  private static final double TANH_IS_1 = 19.0625;

  /** Numbers that are done before the next, so that they stay in the first-level cache. */
  private static final int BLOCK = 1024;

  private ElementaryFunctions() {}

  /**
   * e^x, to 3e-16 (where the result is subnormal: to one unit in its last place).
   *
   * <p>x = n ln 2 + r with |r| at most ln(2) / 2; e^r by a polynomial (interpolated at the nodes of
   * Chebyshev; 1.7e-17 off); 2^n in two factors, because it need not be a double.
   */
  static double exp(double x) {
    double clamped = Math.min(Math.max(x, -746), 710); // beyond: zero and infinity; keeps a NaN
    int power = (int) power(clamped);
    int half = power >> 1;
    return significand(clamped) * powerOf2(half) * powerOf2(power - half);
  }

  /** n in its last bits. */
  private static long power(double x) {
    return Double.doubleToRawLongBits(x * LOG2_E + ROUNDER);
  }

  /** e^r: from the root of a half to that of two. */
  private static double significand(double x) {
    double n = (x * LOG2_E + ROUNDER) - ROUNDER;
    double r = (x - n * LN2_HIGH) - n * LN2_LOW;
    double p = 2.510038549551032e-08;
    p = p * r + 2.7620088445409746e-07;
    p = p * r + 2.7557268459997064e-06;
    p = p * r + 2.4801521295954376e-05;
    p = p * r + 0.00019841269863053618;
    p = p * r + 0.0013888888917213717;
    p = p * r + 0.008333333333330062;
    p = p * r + 0.04166666666662413;
    p = p * r + 0.16666666666666669;
    p = p * r + 0.5000000000000001;
    return 1 + (r + r * r * p);
  }

  /**
   * y = e^-|x|, for the first count elements: the same bits as {@link #exp}. What is nothing but
   * arithmetic stands in a loop of its own, so that it is vectorised.
   *
   * @param y not the same array. Modified.
   */
  static void expOfMinusAbs(double[] x, double[] y, int count) {
    for (int i = 0; i < count; i++) {
      y[i] = significand(-Math.abs(x[i]));
    }
    for (int i = 0; i < count; i++) {
      double z = -Math.abs(x[i]);
      y[i] = z >= -EXP_NORMAL ? y[i] * powerOf2((int) power(z)) : exp(z);
    }
  }

  /**
   * y = 1 / (1 + e^-x), to 6e-16, for the first count elements: no small result is the difference
   * of large ones.
   *
   * @param y not the same array. Modified.
   */
  static void sigmoid(double[] x, double[] y, int count) {
    expOfMinusAbs(x, y, count);
    for (int i = 0; i < count; i++) {
      double half = Math.copySign(0.5, x[i]); // 1 above the line for x >= 0, else e^x: no branch
      y[i] = ((0.5 + half) + (0.5 - half) * y[i]) / (1 + y[i]);
    }
  }

  /** 2^n for the exponents of normal numbers. */
  private static double powerOf2(int n) {
    return Double.longBitsToDouble((long) (n + EXPONENT_BIAS) << MANTISSA_BITS);
  }

  /** log(1 + u) for u in [0, 1], to 5e-16: the logarithm of (1 + s) / (1 - s), s = u / (2 + u). */
  static double log1p(double u) {
    double s = u / (2 + u);
    return 2 * s + 2 * s * seriesOfAtanh(s * s);
  }

  /**
   * log x, to 5e-16.
   *
   * <p>x = 2^e f with f between the root of a half and that of two; log f as in {@link #log1p}.
   */
  static double log(double x) {
    if (!(x >= Double.MIN_NORMAL && x <= Double.MAX_VALUE)) {
      return StrictMath.log(x);
    }
    long bits = Double.doubleToRawLongBits(x);
    int e = (int) (bits >>> MANTISSA_BITS) - EXPONENT_BIAS;
    double f =
        Double.longBitsToDouble(
            (bits & MANTISSA) | ((long) EXPONENT_BIAS << MANTISSA_BITS)); // in [1, 2)
    if (f > SQRT_2) {
      f /= 2;
      e++;
    }
    double s = (f - 1) / (f + 1);
    return e * LN2_HIGH + (2 * s + (2 * s * seriesOfAtanh(s * s) + e * LN2_LOW));
  }

  /** atanh(s) / s - 1 from w = s^2, w in [0, 1/9]: a polynomial, 1.3e-19 off. */
  private static double seriesOfAtanh(double w) {
    double p = 0.07815767353715612;
    p = p * w + 0.03745819730336633;
    p = p * w + 0.05422645516389906;
    p = p * w + 0.05867132589688297;
    p = p * w + 0.06667589830757856;
    p = p * w + 0.07692271958876583;
    p = p * w + 0.0909090994963398;
    p = p * w + 0.11111111099108056;
    p = p * w + 0.14285714285800133;
    p = p * w + 0.1999999999999976;
    p = p * w + 0.3333333333333333;
    return p * w;
  }

  /**
   * y = tanh x, to 2e-15, for the first count elements.
   *
   * <p>tanh(x / 8) = u P(u^2) / Q(u^2), u = x / 8, by the seventh convergent of Lambert's continued
   * fraction; then three times tanh 2u = 2 N D / (D^2 + N^2), kept as numerator and denominator, so
   * that there is one division. For |x| above {@value #TANH_IS_1}, infinity included, it is what it
   * is there: 1 to two units in the last place, never more.
   *
   * @param y not the same array. Modified.
   */
  static void tanh(double[] x, double[] y, int count) {
    for (int from = 0; from < count; from += BLOCK) {
      tanh(x, y, from, Math.min(from + BLOCK, count));
    }
  }

  /** Most numbers need no clamping, which takes as long as all else; see to the others after. */
  private static void tanh(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = tanhQuotient(x[i]);
    }
    for (int i = from; i < to; i++) {
      if (!(Math.abs(x[i]) <= TANH_BELOW_1)) { // a NaN, too
        double clamped = Math.min(Math.max(x[i], -TANH_IS_1), TANH_IS_1);
        y[i] = Math.min(Math.max(tanhQuotient(clamped), -1), 1);
      }
    }
  }

  /**
   * N and D of tanh(x / 8), both times 8^7, so that they are polynomials of x and not of x / 8,
   * which would lose the bits of a subnormal number; and thrice those of the double.
   */
  private static double tanhQuotient(double x) {
    double t = x * x;
    double n1 = x * (((t + 24_192) * t + 70_963_200) * t + 35_424_829_440.0);
    double d1 = ((224 * t + 1_612_800) * t + 2_043_740_160.0) * t + 283_398_635_520.0;
    double n2 = (n1 + n1) * d1;
    double d2 = d1 * d1 + n1 * n1;
    double n4 = (n2 + n2) * d2;
    double d4 = d2 * d2 + n2 * n2;
    return (n4 + n4) * d4 / (d4 * d4 + n4 * n4);
  }
}
