package io.millrace.app.events;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * JSON lines: every line that is not blank is an event, sent byte for byte. The learner checks it.
 */
public final class JsonLines implements EventSource {
  /**
   * The byte order mark. Some editors write it at the start of a file. It is not part of the first
   * event.
   */
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream in;
  private boolean begun;

  public JsonLines(InputStream in) {
    this.in = in;
  }

  @Override
  public byte @Nullable [] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b != '\n') {
        line.write(b);
      } else if (isBlank(line)) {
        line.reset();
      } else {
        return event(line.toByteArray());
      }
    }
    return isBlank(line) ? null : event(line.toByteArray());
  }

  private static boolean isBlank(ByteArrayOutputStream line) {
    for (byte b : line.toByteArray()) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  private byte[] event(byte[] line) {
    int mark = BYTE_ORDER_MARK.length;
    boolean hasMark =
        !begun && line.length > mark && Arrays.equals(line, 0, mark, BYTE_ORDER_MARK, 0, mark);
    begun = true;
    return withoutReturn(hasMark ? Arrays.copyOfRange(line, mark, line.length) : line);
  }

  private static byte[] withoutReturn(byte[] line) {
    return line[line.length - 1] == '\r' ? Arrays.copyOf(line, line.length - 1) : line;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
