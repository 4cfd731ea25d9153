package io.millrace.config;

/**
 * The predictions of the events topic.
 *
 * @param includeEvent whether each prediction contains its event; JSON only
 * @param threads stream threads that predict, at least 1
 */
public record PredictionsConfig(boolean includeEvent, int threads) {}
