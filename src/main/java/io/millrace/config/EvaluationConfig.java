package io.millrace.config;

/**
 * How the model is evaluated while it learns.
 *
 * @param window the number of examples in the sliding window, at least 1
 */
public record EvaluationConfig(int window) {}
