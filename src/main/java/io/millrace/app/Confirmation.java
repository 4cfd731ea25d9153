package io.millrace.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;

/** Asks a person before something is done that cannot be undone. */
final class Confirmation {
  private static final Set<String> YES = Set.of("y", "yes");

  private Confirmation() {}

  /**
   * Asks, and waits for a line. Everything but a clear yes is a no, including the end of the input.
   */
  static boolean isGiven(String question, Reader in, PrintStream out) {
    out.printf(Locale.ROOT, "%s [y/N] ", question);
    out.flush();
    try {
      String answer = new BufferedReader(in).readLine();
      return answer != null && YES.contains(answer.strip().toLowerCase(Locale.ROOT));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
