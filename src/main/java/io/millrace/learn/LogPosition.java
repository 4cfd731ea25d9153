package io.millrace.learn;

/** One record of a topic. */
public record LogPosition(String topic, int partition, long offset) {}
