package io.millrace.codec.log;

import io.millrace.learn.History;
import io.millrace.learn.Model;
import io.millrace.learn.Rollback;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The bytes of what the training task keeps: the model and its history.
 *
 * <pre>
 *   frame    magic "MRTR", version 1
 *   int32    count of the snapshots that are kept
 *   int64    the version of each, in the order of their publishing
 *   int64    the last rollback: the version that it made, 0 for none
 *   int64    and the version that it went back to
 *   ...      the model, see {@link ModelCodec}, in a frame of its own
 * </pre>
 *
 * Before there was a history a model stood alone; that is still read.
 */
public final class TrainStateCodec {
  private static final Frame FRAME = new Frame("training state", "MRTR", 1);
  private static final int FIXED = Integer.BYTES + 2 * Long.BYTES;

  private TrainStateCodec() {}

  /** What was read. */
  public record TrainState(Model model, History history) {}

  public static byte[] encode(Model model, History history) {
    byte[] modelBytes = ModelCodec.encode(model);
    List<Long> kept = history.kept();
    ByteBuffer buffer =
        FRAME
            .begin(FIXED + (long) Long.BYTES * kept.size() + modelBytes.length)
            .putInt(kept.size());
    kept.forEach(buffer::putLong);
    Rollback rollback = history.rollback().orElse(new Rollback(0, 0));
    buffer.putLong(rollback.version()).putLong(rollback.to());
    return FRAME.seal(buffer.put(modelBytes));
  }

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
    int count = buffer.remaining() < FIXED ? -1 : buffer.getInt();
    if (count < 0 || count > (buffer.remaining() - 2 * Long.BYTES) / Long.BYTES) {
      throw FRAME.inconsistent(
          String.format(Locale.ROOT, "%d snapshots in %d bytes", count, bytes.length));
    }
    List<Long> kept = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      kept.add(buffer.getLong());
    }
    Rollback rollback = new Rollback(buffer.getLong(), buffer.getLong());
    byte[] model = new byte[buffer.remaining()];
    buffer.get(model);
    return new TrainState(
        ModelCodec.decode(model),
        new History(kept, rollback.version() == 0 ? Optional.empty() : Optional.of(rollback)));
  }
}
