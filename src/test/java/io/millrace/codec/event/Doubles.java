package io.millrace.codec.event;

import java.util.Random;

/** Seeded doubles of every kind. */
public final class Doubles {
  private Doubles() {}

  /** Every finite bit pattern with the same chance. */
  public static double anyFinite(Random random) {
    double number;
    do {
      number = Double.longBitsToDouble(random.nextLong());
    } while (!Double.isFinite(number));
    return number;
  }

  public static double subnormal(Random random) {
    return Double.longBitsToDouble(random.nextLong() & 0x800F_FFFF_FFFF_FFFFL);
  }
}
