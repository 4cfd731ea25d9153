package io.millrace.web;

import org.jspecify.annotations.Nullable;

/**
 * The health of the process.
 *
 * @param state of Kafka Streams, or STARTING before there is one
 * @param failed why the learner has failed; null if it has not
 * @param waitsFor what the learner waits for; null if it learns
 */
public record Health(String state, @Nullable String failed, @Nullable String waitsFor) {

  /** Whether the learner has not failed. Otherwise the process must be restarted. */
  public boolean isLive() {
    return failed == null;
  }

  /** Whether the learner learns. */
  public boolean isReady() {
    return failed == null && waitsFor == null;
  }
}
