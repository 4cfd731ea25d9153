package io.millrace.learn;

/**
 * That a model went back. It is an update like any other, so that no version names two models:
 * version {@code version} has the parameters of the earlier version {@code to}.
 */
public record Rollback(long version, long to) {}
