package io.millrace.app.events;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A sequence of events, as values of the examples topic. */
public interface EventSource extends Closeable {
  int BUFFER = 64 * 1024;

  /**
   * The next event, or null at the end.
   *
   * @throws BadRowException when the next row cannot become an event. The caller may continue with
   *     the row after it
   */
  byte @Nullable [] next() throws IOException;

  /** The stream, decompressed if its name ends in {@code .gz}. */
  static InputStream unpacked(String name, InputStream in) throws IOException {
    // Without a buffer, reading byte by byte from a decompressing stream is ten times slower.
    InputStream unpacked = name.endsWith(".gz") ? new GZIPInputStream(in, BUFFER) : in;
    return new BufferedInputStream(unpacked, BUFFER);
  }
}
