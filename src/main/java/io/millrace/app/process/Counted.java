package io.millrace.app.process;

import java.util.Locale;

/** A count with its noun, for console lines. */
public final class Counted {
  private Counted() {}

  /** {@code 1 event}, {@code 1,000 events}: the plural ends in s. */
  public static String of(long count, String noun) {
    return of(count, noun, noun + "s");
  }

  /** {@code 1 mini-batch}, {@code 1,000 mini-batches}. */
  public static String of(long count, String one, String many) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
  }
}
