package io.millrace.codec.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Locale;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A label as it waits for its event: all of its record, which goes to the dead letters when the
 * event does not come.
 *
 * <pre>
 *   frame    magic "MRLB", version 1
 *   int64    offset of its record
 *   int64    time of its record
 *   int32    count of its headers; for each:
 *     int32    bytes of the key; the key, UTF-8
 *     int32    bytes of the value, -1 for none; the value
 *   ...      the value of its record
 * </pre>
 *
 * @param value the value of its record
 * @param headers those of its record
 * @param offset of its record
 * @param timestamp of its record
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
public record WaitingLabel(byte[] value, Headers headers, long offset, long timestamp) {
  private static final Frame FRAME = new Frame("waiting label", "MRLB", 1);
  private static final int NO_VALUE = -1;

  public byte[] encode() {
    long length = 2 * Long.BYTES + Integer.BYTES + (long) value.length;
    for (Header header : headers) {
      length += 2 * Integer.BYTES + (long) header.key().getBytes(UTF_8).length;
      length += header.value() == null ? 0 : header.value().length;
    }
    ByteBuffer buffer =
        FRAME.begin(length).putLong(offset).putLong(timestamp).putInt(headers.toArray().length);
    for (Header header : headers) {
      byte[] key = header.key().getBytes(UTF_8);
      buffer.putInt(key.length).put(key);
      if (header.value() == null) {
        buffer.putInt(NO_VALUE);
      } else {
        buffer.putInt(header.value().length).put(header.value());
      }
    }
    return FRAME.seal(buffer.put(value));
  }

  /**
   * Reads one.
   *
   * @throws io.millrace.codec.FormatException when the bytes are not one
   */
  public static WaitingLabel decode(byte[] bytes) {
    ByteBuffer buffer = FRAME.open(bytes);
    if (buffer.remaining() < 2 * Long.BYTES + Integer.BYTES) {
      throw FRAME.inconsistent(String.format(Locale.ROOT, "%d bytes", bytes.length));
    }
    long offset = buffer.getLong();
    long timestamp = buffer.getLong();
    int count = buffer.getInt();
    Headers headers = new RecordHeaders();
    for (int i = 0; i < count; i++) {
      String key = new String(FRAME.getBytes(buffer, length(buffer)), UTF_8);
      int length = length(buffer);
      headers.add(key, length == NO_VALUE ? null : FRAME.getBytes(buffer, length));
    }
    return new WaitingLabel(FRAME.getBytes(buffer, buffer.remaining()), headers, offset, timestamp);
  }

  private static int length(ByteBuffer buffer) {
    return buffer.remaining() < Integer.BYTES ? Integer.MAX_VALUE : buffer.getInt();
  }
}
