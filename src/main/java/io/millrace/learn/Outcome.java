package io.millrace.learn;

/** The result of a mini-batch: {@link BatchMetrics}, or {@link Diverged}. */
public sealed interface Outcome permits BatchMetrics, Diverged {}
