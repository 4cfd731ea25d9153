package io.millrace.learn;

import java.time.Instant;

/**
 * A record of the costs topic.
 *
 * @param model the name of the model
 * @param metrics the figures
 * @param source their mini-batch
 * @param timestamp when it was learned
 */
public record BatchCost(
    String model, BatchMetrics metrics, LogPosition source, Instant timestamp) {}
