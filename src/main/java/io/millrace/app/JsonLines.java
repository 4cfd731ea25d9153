package io.millrace.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * JSON lines: every line that is not blank is an event, sent byte for byte. Whether it can be
 * learned from is for the learner to say.
 */
final class JsonLines implements EventSource {
  private final InputStream in;

  JsonLines(InputStream in) {
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
        return withoutReturn(line.toByteArray());
      }
    }
    return isBlank(line) ? null : withoutReturn(line.toByteArray());
  }

  private static boolean isBlank(ByteArrayOutputStream line) {
    for (byte b : line.toByteArray()) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  private static byte[] withoutReturn(byte[] line) {
    return line[line.length - 1] == '\r' ? java.util.Arrays.copyOf(line, line.length - 1) : line;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
