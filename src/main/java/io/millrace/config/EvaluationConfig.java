package io.millrace.config;

/**
 * How the model is evaluated while it learns.
 *
 * @param window the examples that the sliding figures are over, at least 1
 */
public record EvaluationConfig(int window) {}
