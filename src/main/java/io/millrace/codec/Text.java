package io.millrace.codec;

import com.fasterxml.jackson.core.JacksonException;
import java.util.regex.Pattern;

/** Values from outside, made fit for a sentence. */
public final class Text {
  private static final int LONGEST = 80;

  /** Control characters, those above ASCII too, and what else ends a line. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

  private Text() {}

  /** The text on one line, with an ellipsis where it is too long to read. */
  public static String shorten(String text) {
    if (text.length() <= LONGEST) {
      return oneLine(text);
    }
    // a character of two halves is kept whole
    int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
    return oneLine(text.substring(0, end)) + "\u2026";
  }

  /** What a parser found broken, and where. */
  public static String broken(JacksonException e) {
    return oneLine(BrokenJson.describe(e));
  }

  private static String oneLine(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("\uFFFD");
  }
}
