package io.millrace.config;

/** How often each example counts when something fails. */
public enum Guarantee implements Spelled {
  EXACTLY_ONCE,
  AT_LEAST_ONCE
}
