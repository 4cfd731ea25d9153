package io.millrace.nn;

import java.util.Locale;

/** The output layer. */
public enum Output {
  SIGMOID,
  SOFTMAX,
  IDENTITY;

  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
