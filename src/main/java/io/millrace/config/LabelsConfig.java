package io.millrace.config;

import java.time.Duration;

/**
 * Labels that come later than their events, on a topic of their own; joined by key.
 *
 * @param topic that they come on
 * @param within a label counts for the events of its key that are at most this much older
 * @param grace how far the two topics, and the clocks of those who write them, may be apart
 */
public record LabelsConfig(String topic, Duration within, Duration grace) {}
