package io.millrace.topology;

import io.millrace.codec.MiniBatchCodec;
import io.millrace.codec.SnapshotCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;

/**
 * The largest records that a configuration can produce, in bytes. A record over the broker's limit
 * would make the producer split and retry for ever, silently; so sizes are checked at start.
 *
 * @param miniBatch a full mini-batch
 * @param snapshot a snapshot with every number at its longest
 */
record RecordSizes(long miniBatch, long snapshot) {
  /** Kafka's default of max.message.bytes. */
  static final long BROKER_DEFAULT = 1_048_588;

  private static final long MIN_REQUEST = 16 * 1024 * 1024;

  /** Room for the record's key, the names and sentences in its headers, and its batch's header. */
  static final long ENVELOPE = 64 * 1024;

  static RecordSizes of(MillraceConfig config) {
    ModelConfig model = config.model();
    return new RecordSizes(
        MiniBatchCodec.encodedSize(model.inputs(), model.outputs(), config.training().batchSize())
            + ENVELOPE,
        SnapshotCodec.maxEncodedSize(
                model.name(), model.architecture(), config.training().isScaled())
            + ENVELOPE);
  }

  /**
   * A dead letter is a record of the examples topic, or a mini-batch.
   *
   * @param example the largest record of the examples topic
   */
  long deadLetter(long example) {
    return Math.max(example, miniBatch) + ENVELOPE;
  }

  /** The largest request that a producer is allowed: for examples there is no other limit here. */
  long largestRequest() {
    return Math.max(MIN_REQUEST, Math.max(snapshot, miniBatch) + ENVELOPE);
  }
}
