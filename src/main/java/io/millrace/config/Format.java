package io.millrace.config;

import io.millrace.nn.HasText;

/** The format of a record with an example. */
public enum Format implements HasText {
  JSON,
  FLOAT64,
  FLOAT32
}
