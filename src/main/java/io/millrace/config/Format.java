package io.millrace.config;

/** The format of a record with an example. */
public enum Format implements HasText {
  JSON,
  FLOAT64,
  FLOAT32
}
