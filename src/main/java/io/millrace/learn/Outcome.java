package io.millrace.learn;

/** What came of a mini-batch: a {@link BatchMetrics}, or the finding that it {@link Diverged}. */
public sealed interface Outcome permits BatchMetrics, Diverged {}
