package io.millrace.codec;

import com.fasterxml.jackson.core.JacksonException;
import java.util.regex.Pattern;

/** Values from outside, made fit for a sentence. */
final class Text {
  private static final int LONGEST = 80;

  /** How Jackson says where in a text something began; only the place is of use to a reader. */
  private static final Pattern PLACE =
      Pattern.compile("\\[Source: [^;\\]]*; (line: \\d+, column: \\d+)\\]");

  private Text() {}

  /** What is wrong with a JSON text, on one line. */
  static String brokenJson(JacksonException e) {
    String message = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
    return "Broken JSON: " + PLACE.matcher(message).replaceAll("$1");
  }

  /** The text on one line, with an ellipsis where it is too long to read. */
  static String shorten(String text) {
    String shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "\u2026";
    return shown.replaceAll("\\p{Cntrl}", "\uFFFD");
  }
}
