package io.millrace.codec.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * What a task commits: its live object, and how far it has consumed its source.
 *
 * <pre>
 *   frame    magic "MRTS", version 1
 *   int64    identity of the source topic, high and low half
 *   int64
 *   int64    offset of the last record consumed, -1 for none
 *   int32    count of the lines that say what inputs and label mean; for each:
 *     int32    its length in bytes
 *     ...      UTF-8
 *   ...      the live object, in a frame of its own
 * </pre>
 *
 * @param source the identity of the source topic
 * @param consumedThrough the offset of the last record consumed
 * @param mapping what the model's inputs and label mean, in lines
 * @param value the bytes of the live object
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
public record TaskState(UUID source, long consumedThrough, List<String> mapping, byte[] value) {
  private static final Frame FRAME = new Frame("task state", "MRTS", 1);
  private static final int FIXED = 3 * Long.BYTES + Integer.BYTES;

  public TaskState {
    mapping = List.copyOf(mapping);
  }

  public byte[] encode() {
    List<byte[]> lines = mapping.stream().map(line -> line.getBytes(UTF_8)).toList();
    long lineBytes = lines.stream().mapToLong(line -> Integer.BYTES + (long) line.length).sum();
    ByteBuffer buffer =
        FRAME
            .begin(FIXED + lineBytes + value.length)
            .putLong(source.getMostSignificantBits())
            .putLong(source.getLeastSignificantBits())
            .putLong(consumedThrough)
            .putInt(lines.size());
    lines.forEach(line -> buffer.putInt(line.length).put(line));
    return FRAME.seal(buffer.put(value));
  }

  /**
   * Reads a task's state.
   *
   * @throws io.millrace.codec.FormatException when the bytes are not one
   */
  public static TaskState decode(byte[] bytes) {
    ByteBuffer buffer = FRAME.open(bytes);
    if (buffer.remaining() < FIXED) {
      throw FRAME.inconsistent(String.format(Locale.ROOT, "%d bytes", bytes.length));
    }
    UUID source = new UUID(buffer.getLong(), buffer.getLong());
    long consumedThrough = buffer.getLong();
    int lines = buffer.getInt();
    List<String> mapping = new ArrayList<>();
    for (int i = 0; i < lines; i++) {
      int length = buffer.remaining() < Integer.BYTES ? -1 : buffer.getInt();
      mapping.add(new String(FRAME.getBytes(buffer, length), UTF_8));
    }
    return new TaskState(
        source, consumedThrough, mapping, FRAME.getBytes(buffer, buffer.remaining()));
  }
}
