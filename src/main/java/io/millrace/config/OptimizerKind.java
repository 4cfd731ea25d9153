package io.millrace.config;

/** How a gradient becomes an update. */
public enum OptimizerKind implements Spelled {
  SGD,
  MOMENTUM,
  ADAGRAD,
  ADAM
}
