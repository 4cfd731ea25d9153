package io.millrace.config;

import java.time.Duration;

/**
 * When snapshots are published.
 *
 * @param snapshotEvery batches, at least 1
 * @param snapshotInterval the longest time between two snapshots while the model learns
 * @param keep the newest snapshots that stay under a key of their own, not negative
 */
public record PublishConfig(int snapshotEvery, Duration snapshotInterval, int keep) {}
