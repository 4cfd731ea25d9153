package io.millrace.topology.predict;

import org.jspecify.annotations.Nullable;

/**
 * What the join gives: an event and its label, or one that stayed alone.
 *
 * @param event the bytes of a {@link io.millrace.codec.log.ServedEvent}
 * @param label the bytes of a {@link io.millrace.codec.log.WaitingLabel}
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
record Pair(byte @Nullable [] event, byte @Nullable [] label) {
  boolean isWhole() {
    return event != null && label != null;
  }
}
