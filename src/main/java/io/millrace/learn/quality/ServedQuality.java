package io.millrace.learn.quality;

import java.util.OptionalDouble;

/**
 * The quality of the predictions that were made when the examples of a mini-batch arrived as
 * events, before their labels were known.
 *
 * @param examples that have such a prediction, at least 1
 * @param cost the mean of their losses
 * @param accuracy the share predicted right; empty for regression
 * @param oldestVersion the lowest version of the model that made one of them
 * @param newestVersion the highest
 */
public record ServedQuality(
    int examples, double cost, OptionalDouble accuracy, long oldestVersion, long newestVersion) {}
