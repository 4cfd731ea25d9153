package io.millrace.config;

import io.millrace.nn.HasText;

/** How the inputs are scaled before they are learned. */
public enum Scaling implements HasText {
  NONE,
  STANDARD
}
