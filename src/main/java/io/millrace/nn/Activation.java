package io.millrace.nn;

import java.util.Locale;

/** The activation of the hidden layer. */
public enum Activation {
  TANH,
  SIGMOID,
  RELU,
  LEAKY_RELU;

  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
