package io.millrace.config;

/**
 * The topics, five distinct and legal names.
 *
 * @param partitions of the examples topic when it is created, at least 1
 * @param replicationFactor of every topic when it is created, at least 1
 */
public record TopicsConfig(
    String examples,
    String miniBatches,
    String costs,
    String snapshots,
    String deadLetters,
    int partitions,
    int replicationFactor) {}
