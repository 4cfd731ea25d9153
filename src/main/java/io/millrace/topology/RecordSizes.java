package io.millrace.topology;

import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.codec.log.ServedCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import java.util.Locale;

/**
 * The largest records that a configuration can produce, in bytes. With a record above the limit of
 * the broker, the producer would split and retry for ever without a message. So the sizes are
 * checked at the start.
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

  /** The longest double in JSON, with its comma. */
  private static final long NUMBER = 25;

  /** The longest offset in a sentence, with its separator. */
  private static final long OFFSET = 21;

  /**
   * The sizes of a configuration's records.
   *
   * @throws LearnerException when they exceed the limit of a record
   */
  public static RecordSizes of(MillraceConfig config) {
    ModelConfig model = config.model();
    int batchSize = config.training().batchSize();
    long miniBatch =
        MiniBatchCodec.maxEncodedSize(
                model.denseInputs(), model.sparseFields(), model.outputs(), batchSize)
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
              "This configuration can produce mini-batches of %d bytes and snapshots of %d bytes. The"
                  + " limit of a Kafka record is %d. Choose a smaller model or mini-batch.",
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

  /** The limit of a producer request. For examples there is no other limit. */
  public long largestRequest() {
    return Math.max(MIN_REQUEST, Math.max(snapshot, divergedMiniBatch) + ENVELOPE);
  }
}
