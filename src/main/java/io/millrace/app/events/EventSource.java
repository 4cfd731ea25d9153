package io.millrace.app.events;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Events in a row, as values of the examples topic. */
public interface EventSource extends Closeable {
  int BUFFER = 64 * 1024;

  /**
   * The next event, or null at the end.
   *
   * @throws BadRowException when the next row cannot become an event; the one after it may
   */
  byte @Nullable [] next() throws IOException;

  /** The stream as it is, or unpacked when its name ends in {@code .gz}. */
  static InputStream unpacked(String name, InputStream in) throws IOException {
    // An unpacking stream that is read byte by byte is ten times as slow as one with a buffer.
    InputStream unpacked = name.endsWith(".gz") ? new GZIPInputStream(in, BUFFER) : in;
    return new BufferedInputStream(unpacked, BUFFER);
  }
}
