package io.millrace.app.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.SynchronousQueue;
import org.jspecify.annotations.Nullable;

/**
 * Standard input that can be interrupted. A separate thread reads it, because the JVM cannot
 * interrupt the read of a terminal or a pipe.
 *
 * <p>For one reading thread. Its {@code read} throws {@link InterruptedIOException} when that
 * thread is interrupted. Opened once in a process.
 */
public final class StandardInput extends InputStream {
  private static final int CHUNK = 64 * 1024;

  /** The bytes of one read of the JVM. */
  @SuppressWarnings("ArrayRecordComponent") // a buffer, never compared
  private record Chunk(byte[] bytes, @Nullable IOException failure) {}

  private final BlockingQueue<Chunk> chunks = new SynchronousQueue<>();
  private Chunk chunk = new Chunk(new byte[0], null);
  private int at;
  private boolean ended;

  private StandardInput() {}

  /** Starts to read. */
  public static InputStream open() {
    StandardInput input = new StandardInput();
    Thread thread = new Thread(input::readOn, "standard-input");
    thread.setDaemon(true);
    thread.start();
    return input;
  }

  private void readOn() {
    byte[] buffer = new byte[CHUNK];
    try {
      int count;
      do {
        count = readOnce(buffer);
      } while (count > 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Copies the available bytes. Returns their number, 0 or less at the end. */
  private int readOnce(byte[] buffer) throws InterruptedException {
    try {
      int count = System.in.read(buffer);
      chunks.put(new Chunk(Arrays.copyOf(buffer, Math.max(count, 0)), null));
      return count;
    } catch (IOException e) {
      chunks.put(new Chunk(new byte[0], e));
      return 0;
    }
  }

  @Override
  public int read() throws IOException {
    return fill() ? chunk.bytes[at++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, chunk.bytes.length - at);
    System.arraycopy(chunk.bytes, at, target, offset, count);
    at += count;
    return count;
  }

  /** Waits until there is a byte to read. Returns false at the end. */
  private boolean fill() throws IOException {
    if (at < chunk.bytes.length) {
      return true;
    }
    if (ended) {
      return false;
    }
    try {
      chunk = chunks.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException("interrupted");
      interrupted.initCause(e);
      throw interrupted;
    }
    at = 0;
    ended = chunk.bytes.length == 0;
    if (chunk.failure != null) {
      throw chunk.failure;
    }
    return !ended;
  }
}
