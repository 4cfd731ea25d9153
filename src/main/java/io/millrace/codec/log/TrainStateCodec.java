package io.millrace.codec.log;

import io.millrace.learn.History;
import io.millrace.learn.Model;
import java.nio.ByteBuffer;

/**
 * What the training task kept at every commit in earlier versions: the model and its history. Now
 * it keeps a {@linkplain HistoryCodec history} at every commit, and a {@linkplain CheckpointCodec
 * checkpoint} now and then; this is still read.
 *
 * <pre>
 *   frame    magic "MRTR", version 1
 *   ...      the history, as in {@link HistoryCodec}
 *   ...      the model, see {@link ModelCodec}, in a frame of its own
 * </pre>
 *
 * Before there was a history a model stood alone.
 */
public final class TrainStateCodec {
  private static final Frame FRAME = new Frame("training state", "MRTR", 1);

  private TrainStateCodec() {}

  /** What was read. */
  public record TrainState(Model model, History history) {}

  /**
   * Reads what the task kept.
   *
   * @throws io.millrace.codec.FormatException when the bytes are something else
   */
  public static TrainState decode(byte[] bytes) {
    if (!FRAME.isOf(bytes)) {
      return new TrainState(ModelCodec.decode(bytes), History.NONE);
    }
    ByteBuffer buffer = FRAME.open(bytes);
    History history = HistoryCodec.get(buffer, FRAME, bytes.length);
    return new TrainState(
        ModelCodec.decode(FRAME.getBytes(buffer, buffer.remaining())), history);
  }
}
