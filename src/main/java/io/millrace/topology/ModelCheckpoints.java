package io.millrace.topology;

import io.millrace.codec.FormatException;
import io.millrace.codec.log.CheckpointCodec;
import io.millrace.codec.log.CheckpointCodec.ModelCheckpoint;
import io.millrace.learn.Model;
import io.millrace.learn.TrainingSettings;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The whole model in the state, written now and then. Between two checkpoints the state holds the
 * position in the training log alone: what lies between them is learned again at the next start,
 * because the log is the proof of the model.
 *
 * <p>A checkpoint is due when the log has grown by as many bytes as the last one has. So the state
 * costs at most about as much as the log, however wide the model, and a start learns at most as
 * many bytes as the model has. Small models are written at nearly every commit.
 */
final class ModelCheckpoints {
  private static final String PART = "model";

  /** Bytes of a record of the log besides its value, about. */
  private static final int ENVELOPE = 64;

  private final LiveStore store;
  private final String key;
  private final BooleanSupplier isStopping;
  private long size;
  private long grown;
  private boolean isRequired;

  /**
   * The checkpoints of a model.
   *
   * @param isStopping whether the process stops in order: then nothing is left to learn again
   */
  ModelCheckpoints(LiveStore store, String model, BooleanSupplier isStopping) {
    this.store = store;
    this.key = LiveStore.part(model, PART);
    this.isStopping = isStopping;
  }

  /**
   * The last one, or null where there is none.
   *
   * @throws LearnerException when it cannot be read
   */
  @Nullable ModelCheckpoint restore() {
    try {
      byte[] bytes = store.committed(key);
      if (bytes == null) {
        return null;
      }
      size = bytes.length;
      return CheckpointCodec.decode(bytes);
    } catch (FormatException e) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "The checkpoint of the model in store %s, which is kept in the application's changelog"
                  + " topic, cannot be read: %s",
              store.name(),
              e.getMessage()),
          e);
    }
  }

  /**
   * Names the model that is written.
   *
   * @param position in the log, which is written after it
   */
  void keep(Model model, TrainingSettings settings, Checkpoint position) {
    store.keep(
        key,
        () -> position.isChanged() && isDue(),
        () -> {
          byte[] bytes = CheckpointCodec.encode(position.consumedThrough(), settings, model);
          size = bytes.length;
          grown = 0;
          isRequired = false;
          return bytes;
        });
  }

  private boolean isDue() {
    return isRequired || (grown > 0 && (grown >= size || isStopping.getAsBoolean()));
  }

  /**
   * Counts a record of the log.
   *
   * @param bytes of its value
   */
  void grow(long bytes) {
    grown += bytes + ENVELOPE;
  }

  /** Writes the model with the next position, whatever has grown. */
  void require() {
    isRequired = true;
  }
}
