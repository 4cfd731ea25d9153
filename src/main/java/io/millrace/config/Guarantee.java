package io.millrace.config;

import io.millrace.nn.HasText;

/** How often each example counts when something fails. */
public enum Guarantee implements HasText {
  EXACTLY_ONCE,
  AT_LEAST_ONCE
}
