package io.millrace.codec;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What a task commits: its live object, and how far it has consumed its source.
 *
 * <pre>
 *   frame    magic "MRTS", version 1
 *   int64    identity of the source topic, high and low half
 *   int64
 *   int64    offset of the last record consumed, -1 for none
 *   ...      the live object, in a frame of its own
 * </pre>
 *
 * @param source the identity of the source topic
 * @param consumedThrough the offset of the last record consumed
 * @param value the bytes of the live object
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
public record TaskState(UUID source, long consumedThrough, byte[] value) {
  private static final Frame FRAME = new Frame("task state", "MRTS", 1);
  private static final int FIXED = 3 * Long.BYTES;

  public byte[] encode() {
    ByteBuffer buffer =
        FRAME
            .begin(FIXED + (long) value.length)
            .putLong(source.getMostSignificantBits())
            .putLong(source.getLeastSignificantBits())
            .putLong(consumedThrough)
            .put(value);
    return FRAME.seal(buffer);
  }

  /**
   * Reads a task's state.
   *
   * @throws FormatException when the bytes are not one
   */
  public static TaskState decode(byte[] bytes) {
    ByteBuffer buffer = FRAME.open(bytes);
    if (buffer.remaining() < FIXED) {
      throw FRAME.inconsistent("%d bytes".formatted(bytes.length));
    }
    UUID source = new UUID(buffer.getLong(), buffer.getLong());
    long consumedThrough = buffer.getLong();
    byte[] value = new byte[buffer.remaining()];
    buffer.get(value);
    return new TaskState(source, consumedThrough, value);
  }
}
