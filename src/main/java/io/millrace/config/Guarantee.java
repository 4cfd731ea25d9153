package io.millrace.config;

/** How often each example counts when something fails. */
public enum Guarantee implements HasText {
  EXACTLY_ONCE,
  AT_LEAST_ONCE
}
