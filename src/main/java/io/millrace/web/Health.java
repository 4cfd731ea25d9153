package io.millrace.web;

import org.jspecify.annotations.Nullable;

/**
 * Whether the process is well.
 *
 * @param state of Kafka Streams, or STARTING before there is one
 * @param failed what has ended the learner; null as long as nothing has
 * @param waitsFor what it needs before it learns; null when it learns
 */
public record Health(String state, @Nullable String failed, @Nullable String waitsFor) {

  /** Whether the process need not be started again. */
  public boolean isLive() {
    return failed == null;
  }

  /** Whether it learns. */
  public boolean isReady() {
    return failed == null && waitsFor == null;
  }
}
