package io.millrace.codec.log;

import io.millrace.learn.History;
import io.millrace.learn.Rollback;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The bytes of a model's history, which the training task keeps beside its position in the log.
 *
 * <pre>
 *   frame    magic "MRHI", version 1
 *   int32    count of the snapshots that are kept
 *   int64    the version of each, in the order of their publishing
 *   int64    the last rollback: the version that it made, 0 for none
 *   int64    and the version that it went back to
 * </pre>
 */
public final class HistoryCodec {
  private static final Frame FRAME = new Frame("history", "MRHI", 1);
  private static final int FIXED = Integer.BYTES + 2 * Long.BYTES;

  private HistoryCodec() {}

  /** Whether the bytes say that they are a history. */
  public static boolean isHistory(byte[] bytes) {
    return FRAME.isOf(bytes);
  }

  public static byte[] encode(History history) {
    List<Long> kept = history.kept();
    ByteBuffer buffer = FRAME.begin(FIXED + (long) Long.BYTES * kept.size()).putInt(kept.size());
    kept.forEach(buffer::putLong);
    Rollback rollback = history.rollback().orElse(new Rollback(0, 0));
    return FRAME.seal(buffer.putLong(rollback.version()).putLong(rollback.to()));
  }

  /**
   * Reads a history.
   *
   * @throws io.millrace.codec.FormatException when the bytes are something else
   */
  public static History decode(byte[] bytes) {
    ByteBuffer buffer = FRAME.open(bytes);
    History history = get(buffer, FRAME, bytes.length);
    if (buffer.hasRemaining()) {
      throw FRAME.inconsistent(buffer.remaining() + " bytes too many");
    }
    return history;
  }

  /** Reads a history that stands in another format. */
  static History get(ByteBuffer buffer, Frame of, int length) {
    int count = buffer.remaining() < FIXED ? -1 : buffer.getInt();
    if (count < 0 || count > (buffer.remaining() - 2 * Long.BYTES) / Long.BYTES) {
      throw of.inconsistent(String.format(Locale.ROOT, "%d snapshots in %d bytes", count, length));
    }
    List<Long> kept = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      kept.add(buffer.getLong());
    }
    Rollback rollback = new Rollback(buffer.getLong(), buffer.getLong());
    return new History(
        kept, rollback.version() == 0 ? Optional.empty() : Optional.of(rollback));
  }
}
