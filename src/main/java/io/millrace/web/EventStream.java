package io.millrace.web;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.xnio.channels.StreamSinkChannel;

/**
 * One browser that listens to the events. Nothing here blocks: events that the browser has not read
 * stay in a bounded backlog. A browser with a full backlog is disconnected, and reconnects by
 * itself. The bytes of an event are shared by all streams.
 */
final class EventStream {
  /** More than accumulates for a browser that reads. */
  private static final int LARGEST_BACKLOG = 512 * 1024;

  private final HttpServerExchange exchange;
  private final StreamSinkChannel channel;

  /** Only the thread of the connection uses this, and the channel. */
  private final Deque<ByteBuffer> backlog = new ArrayDeque<>();

  private int backlogBytes;

  /**
   * A stream of events as the answer to a request.
   *
   * @param exchange whose headers are set, on its own thread
   */
  EventStream(HttpServerExchange exchange) {
    this.exchange = exchange;
    this.channel = exchange.getResponseChannel();
    channel.getWriteSetter().set(writable -> drain());
  }

  /** Sends an event. Returns at once, on any thread. */
  void send(byte[] event) {
    exchange.getIoThread().execute(() -> add(event));
  }

  private void add(byte[] event) {
    if (backlogBytes + event.length > LARGEST_BACKLOG && backlogBytes > 0) {
      cut();
      return;
    }
    backlog.add(ByteBuffer.wrap(event));
    backlogBytes += event.length;
    drain();
  }

  private void drain() {
    try {
      for (ByteBuffer next = backlog.peek(); next != null; next = backlog.peek()) {
        int written = channel.write(next);
        backlogBytes -= written;
        if (!next.hasRemaining()) {
          backlog.remove();
        } else if (written == 0) {
          channel.resumeWrites();
          return;
        }
      }
      if (channel.flush()) {
        channel.suspendWrites();
      } else {
        channel.resumeWrites();
      }
    } catch (IOException e) {
      cut(); // the browser has disconnected
    }
  }

  /** Cuts the connection. Returns at once, on any thread. */
  void close() {
    exchange.getIoThread().execute(this::cut);
  }

  private void cut() {
    backlog.clear();
    backlogBytes = 0;
    JsonResponses.cut(exchange);
  }
}
