package io.millrace.web;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.xnio.channels.StreamSinkChannel;

/**
 * One browser that listens to the events. Nothing here waits: what the browser does not take stays
 * in a bounded backlog, and one that has too much of it is cut off (it comes back by itself, when
 * it still can). The bytes of an event are shared by all streams.
 */
final class EventStream {
  /** More than any browser that reads lets gather. */
  private static final int LARGEST_BACKLOG = 512 * 1024;

  private final HttpServerExchange exchange;
  private final StreamSinkChannel channel;

  /** Touched by the connection's own thread alone, as is the channel. */
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
      cut(); // the browser has gone
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
