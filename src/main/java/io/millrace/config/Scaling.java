package io.millrace.config;

/** How the inputs are scaled before they are learned. */
public enum Scaling implements HasText {
  NONE,
  STANDARD
}
