package io.millrace.learn;

/**
 * A rollback of a model. It is an update like any other, so a version never means two models:
 * version {@code version} has the parameters of the earlier version {@code to}.
 */
public record Rollback(long version, long to) {}
