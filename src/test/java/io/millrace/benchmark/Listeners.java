package io.millrace.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Browsers that listen to the events of a dashboard and read all that comes, by one thread, since
 * they share the processor with what is measured.
 */
final class Listeners implements AutoCloseable {
  private final Selector selector;
  private final AtomicLong bytes = new AtomicLong();
  private final Thread thread = new Thread(this::read, "listeners");
  private volatile boolean closing;

  private Listeners(Selector selector) {
    this.selector = selector;
  }

  /** Opens so many; each has been answered when this returns. */
  static Listeners open(URI page, int number) throws IOException {
    Listeners listeners = new Listeners(Selector.open());
    String request = "GET /api/events HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(page.getAuthority());
    for (int i = 0; i < number; i++) {
      SocketChannel channel =
          SocketChannel.open(new InetSocketAddress(page.getHost(), page.getPort()));
      channel.write(ByteBuffer.wrap(request.getBytes(US_ASCII)));
      ByteBuffer status = ByteBuffer.allocate(12);
      while (status.hasRemaining() && channel.read(status) >= 0) {
        // blocks until it is there
      }
      String answer = new String(status.array(), US_ASCII);
      if (!answer.equals("HTTP/1.1 200")) {
        throw new IOException("Dashboard %d was answered %s".formatted(i + 1, answer));
      }
      channel.configureBlocking(false);
      channel.register(listeners.selector, SelectionKey.OP_READ);
    }
    listeners.thread.setDaemon(true);
    listeners.thread.start();
    return listeners;
  }

  /** What has come to all of them so far. */
  long bytes() {
    return bytes.get();
  }

  private void read() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    try {
      while (!closing) {
        selector.select(key -> take(key, buffer));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void take(SelectionKey key, ByteBuffer buffer) {
    try {
      int count = ((SocketChannel) key.channel()).read(buffer.clear());
      if (count < 0) {
        throw new IOException("A dashboard was cut off");
      }
      bytes.addAndGet(count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    closing = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
