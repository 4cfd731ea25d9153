package io.millrace.learn;

/** What came of a mini-batch: a {@link Lesson}, or the finding that it {@link Diverged}. */
public sealed interface Outcome permits Lesson, Diverged {}
