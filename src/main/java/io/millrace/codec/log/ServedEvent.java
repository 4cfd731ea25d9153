package io.millrace.codec.log;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * An event as it waits for its label.
 *
 * <pre>
 *   frame    magic "MREV", version 1
 *   int32    bytes of the prediction, 0 for none
 *   ...      the prediction, see {@link ServedCodec}
 *   ...      the event
 * </pre>
 *
 * @param event the value of its record
 * @param served the bytes of the prediction that was made of it; none where it was not finite
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
public record ServedEvent(byte[] event, byte[] served) {
  private static final Frame FRAME = new Frame("waiting event", "MREV", 1);

  public byte[] encode() {
    return FRAME.seal(
        FRAME
            .begin(Integer.BYTES + (long) served.length + event.length)
            .putInt(served.length)
            .put(served)
            .put(event));
  }

  /**
   * Reads one.
   *
   * @throws io.millrace.codec.FormatException when the bytes are not one
   */
  public static ServedEvent decode(byte[] bytes) {
    ByteBuffer buffer = FRAME.open(bytes);
    int length = buffer.remaining() < Integer.BYTES ? -1 : buffer.getInt();
    if (length < 0 || length > buffer.remaining()) {
      throw FRAME.inconsistent(String.format(Locale.ROOT, "a prediction of %d bytes", length));
    }
    byte[] served = new byte[length];
    buffer.get(served);
    byte[] event = new byte[buffer.remaining()];
    buffer.get(event);
    return new ServedEvent(event, served);
  }
}
