package io.millrace.config.reader;

import java.time.Duration;
import java.util.Locale;

/** Durations such as {@code 500ms}, {@code 10s}, {@code 5m}, {@code 1h}. */
public final class Durations {
  /** Twelve digits: as hours they still fit into milliseconds. */
  static final String WRITTEN = "\\d{1,12}(ms|[smh])";

  static final String EXPECTED = "a duration (500ms, 10s, 5m, 1h)";

  private Durations() {}

  /**
   * Reads a duration longer than zero.
   *
   * @throws IllegalArgumentException when the text is none
   */
  public static Duration parse(String text) {
    if (!text.matches(WRITTEN) || convert(text).isZero()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "expected %s, got \"%s\"", EXPECTED, text));
    }
    return convert(text);
  }

  static Duration convert(String text) {
    return text.endsWith("ms")
        ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
        : Duration.parse("PT" + text);
  }
}
