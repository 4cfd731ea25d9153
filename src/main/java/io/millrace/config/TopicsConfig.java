package io.millrace.config;

import java.util.Optional;

/**
 * The topics, distinct and legal names.
 *
 * @param events without a label, to be predicted; empty: none are
 * @param predictions of the events
 * @param partitions of the examples topic when it is created, at least 1
 * @param replicationFactor of every topic when it is created, at least 1
 */
public record TopicsConfig(
    String examples,
    String miniBatches,
    String costs,
    String snapshots,
    String deadLetters,
    Optional<String> events,
    String predictions,
    int partitions,
    int replicationFactor) {}
