package io.millrace.topology;

import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.codec.log.ServedCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import java.util.Locale;

/**
 * The largest records that a configuration can produce, in bytes. A record over the broker's limit
 * would make the producer split and retry for ever, silently; so sizes are checked at start.
 *
 * @param miniBatch a full mini-batch
 * @param snapshot a snapshot with every number at its longest
 * @param divergedMiniBatch a mini-batch with the offsets of its examples in a header
 */
public record RecordSizes(long miniBatch, long snapshot, long divergedMiniBatch) {
  /** Kafka's default of max.message.bytes. */
  public static final long BROKER_DEFAULT = 1_048_588;

  private static final long MIN_REQUEST = 16 * 1024 * 1024;

  /** Room for the record's key, the names and sentences in its headers, and its batch's header. */
  static final long ENVELOPE = 64 * 1024;

  /** The longest a double is in JSON, and its comma. */
  private static final long NUMBER = 25;

  /** The longest an offset is in a sentence, and what separates it from the next. */
  private static final long OFFSET = 21;

  /**
   * The sizes of a configuration's records.
   *
   * @throws LearnerException when they are beyond what a record can have
   */
  public static RecordSizes of(MillraceConfig config) {
    ModelConfig model = config.model();
    int batchSize = config.training().batchSize();
    long miniBatch =
        MiniBatchCodec.maxEncodedSize(model.inputs(), 0, model.outputs(), batchSize)
            + (config.example().labels().isPresent()
                ? MiniBatchCodec.maxServedSize(model.outputs(), batchSize)
                : 0)
            + ENVELOPE;
    long snapshot =
        SnapshotCodec.maxEncodedSize(
                model.name(), model.architecture(), config.training().isScaled())
            + ENVELOPE;
    RecordSizes sizes = new RecordSizes(miniBatch, snapshot, miniBatch + OFFSET * batchSize);
    if (sizes.largestRequest() > Integer.MAX_VALUE) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "This configuration can produce mini-batches of %d bytes and snapshots of %d; a record"
                  + " of Kafka has at most %d. Choose a smaller model or mini-batch.",
              miniBatch,
              snapshot,
              Integer.MAX_VALUE));
    }
    return sizes;
  }

  /** The largest prediction, without the event. */
  public static long ofPrediction(ModelConfig model) {
    return 2 * NUMBER * (long) model.outputs() + ENVELOPE;
  }

  /** An example that an event and its label become, from topics with the broker's limits. */
  public static long ofJoinedExample(ModelConfig model) {
    return 2 * BROKER_DEFAULT
        + ServedCodec.maxEncodedSize(model.name(), model.outputs())
        + ENVELOPE;
  }

  /**
   * A dead letter is a record of the examples topic, or a mini-batch.
   *
   * @param example the largest record of the examples topic
   */
  public long deadLetter(long example) {
    return Math.max(example, divergedMiniBatch) + ENVELOPE;
  }

  /** The largest request that a producer is allowed: for examples there is no other limit here. */
  public long largestRequest() {
    return Math.max(MIN_REQUEST, Math.max(snapshot, divergedMiniBatch) + ENVELOPE);
  }
}
