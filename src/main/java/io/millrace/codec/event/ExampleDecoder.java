package io.millrace.codec.event;

import io.millrace.example.MiniBatch;
import io.millrace.example.Rejection;
import org.jspecify.annotations.Nullable;

/** Reads one record of the examples topic. An instance belongs to one thread. */
public interface ExampleDecoder {
  /**
   * Reads an example into the next free column of a mini-batch, without {@linkplain
   * MiniBatch#append appending} it.
   *
   * @param value the value of the record, or null for a tombstone
   * @param into the mini-batch, not full. Modified: its next free column, also when the record is
   *     rejected
   * @return null, or why the record cannot be learned from
   */
  @Nullable Rejection decode(byte @Nullable [] value, MiniBatch into);
}
