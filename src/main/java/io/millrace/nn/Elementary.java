package io.millrace.nn;

/**
 * exp, log and tanh in nothing but the arithmetic of doubles that Java defines exactly: the same
 * bits on every machine, interpreted or compiled, several times as fast as {@link StrictMath}.
 * Without a branch where a loop over an array is to be vectorised by the JIT compiler.
 *
 * <p>Accuracy: each function states the bound of its relative error, which the tests hold it to
 * against StrictMath. NaN, infinities, zeros with their sign and subnormals are no exception.
 */
final class Elementary {
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

  private Elementary() {}

  /**
   * e^x, to 3e-16 (where the result is subnormal: to one unit in its last place).
   *
   * <p>x = n ln 2 + r with |r| at most ln(2) / 2; e^r by a polynomial (interpolated at the nodes of
   * Chebyshev; 1.7e-17 off); 2^n in two factors, because it need not be a double.
   */
  static double exp(double x) {
    double clamped = Math.min(Math.max(x, -746), 710); // beyond: zero and infinity; keeps a NaN
    double shifted = clamped * LOG2_E + ROUNDER;
    double n = shifted - ROUNDER;
    double r = (clamped - n * LN2_HIGH) - n * LN2_LOW;
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
    int power = (int) Double.doubleToRawLongBits(shifted);
    int half = power >> 1;
    return (1 + (r + r * r * p)) * powerOf2(half) * powerOf2(power - half);
  }

  /** 1 / (1 + e^-x), to 6e-16: no small result is the difference of large ones. */
  static double sigmoid(double x) {
    double e = exp(-Math.abs(x));
    return (x >= 0 ? 1 : e) / (1 + e);
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
   * tanh x, to 2e-15.
   *
   * <p>tanh(x / 8) = u P(u^2) / Q(u^2), u = x / 8, by the seventh convergent of Lambert's continued
   * fraction; then three times tanh 2u = 2 N D / (D^2 + N^2), kept as numerator and denominator, so
   * that there is one division. For |x| above 19.0625, infinity included, it is what it is there: 1
   * to two units in the last place, never more. The factor 1/8 of the numerator is in P: dividing x
   * would lose the bits of a subnormal one.
   */
  static double tanh(double x) {
    double clamped = Math.min(Math.max(x, -19.0625), 19.0625); // keeps a NaN
    double u = clamped * 0.125;
    double t = u * u;
    double n = clamped * (((0.125 * t + 47.25) * t + 2165.625) * t + 16891.875);
    double d = ((28 * t + 3150) * t + 62370) * t + 135135;
    double n2 = 2 * n * d;
    double d2 = d * d + n * n;
    double n4 = 2 * n2 * d2;
    double d4 = d2 * d2 + n2 * n2;
    double n8 = 2 * n4 * d4;
    double d8 = d4 * d4 + n4 * n4;
    return Math.min(Math.max(n8 / d8, -1), 1);
  }
}
