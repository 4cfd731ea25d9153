package io.millrace.topology.predict;

import io.millrace.example.Rejection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result for a record of the events topic or of the labels topic.
 *
 * @param value of the record, unchanged
 * @param time of the record, unchanged, in milliseconds
 * @param refusal why nothing can be learned from it
 * @param prediction the record of the predictions topic
 * @param waiting what waits: a label for its event, or an event for its label
 */
@SuppressWarnings("ArrayRecordComponent") // a buffer, never compared
record ProcessedRecord(
    byte @Nullable [] value,
    long time,
    @Nullable Rejection refusal,
    byte @Nullable [] prediction,
    byte @Nullable [] waiting) {

  static ProcessedRecord refused(byte @Nullable [] value, long time, Rejection why) {
    return new ProcessedRecord(value, time, why, null, null);
  }

  boolean isRefused() {
    return refusal != null;
  }

  List<byte[]> predictions() {
    return prediction == null ? List.of() : List.of(prediction);
  }

  List<byte[]> waitings() {
    return waiting == null ? List.of() : List.of(waiting);
  }
}
