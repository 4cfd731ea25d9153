package io.millrace.app.events;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Events in a row, as values of the examples topic. */
public interface EventSource extends Closeable {
  /** The next event, or null at the end. */
  byte @Nullable [] next() throws IOException;

  /** The stream as it is, or unpacked when its name ends in {@code .gz}. */
  static InputStream unpacked(String name, InputStream in) throws IOException {
    return name.endsWith(".gz")
        ? new GZIPInputStream(in, 64 * 1024)
        : new BufferedInputStream(in, 64 * 1024);
  }
}
