package io.millrace.codec;

/** Values from outside, made fit for a sentence. */
final class Text {
  private static final int LONGEST = 80;

  private Text() {}

  /** The text on one line, with an ellipsis where it is too long to read. */
  static String shorten(String text) {
    String shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "\u2026";
    return shown.replaceAll("\\p{Cntrl}", "\uFFFD");
  }
}
