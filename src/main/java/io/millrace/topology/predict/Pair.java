package io.millrace.topology.predict;

import org.jspecify.annotations.Nullable;

/**
 * A result of the join: an event and its label, or only one of them.
 *
 * @param event the bytes of a {@link io.millrace.codec.log.ServedEvent}
 * @param label the bytes of a {@link io.millrace.codec.log.WaitingLabel}
 */
@SuppressWarnings("ArrayRecordComponent") // a buffer, never compared
record Pair(byte @Nullable [] event, byte @Nullable [] label) {
  boolean isWhole() {
    return event != null && label != null;
  }
}
