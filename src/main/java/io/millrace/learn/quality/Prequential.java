package io.millrace.learn.quality;

/**
 * How good a model is, tested on each example before it is learned (Dawid, "Statistical Theory: The
 * Prequential Approach", 1984), as of the end of a mini-batch.
 *
 * @param window over the last examples, as many as the window of the evaluation
 * @param sinceStart over all examples that were learned since there is an evaluation
 * @param drift whether the losses became greater in this mini-batch: a change was detected
 * @param drifts the changes detected since there is an evaluation
 */
public record Prequential(Quality window, Quality sinceStart, boolean drift, long drifts) {}
