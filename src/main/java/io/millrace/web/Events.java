package io.millrace.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server-sent events: new costs four times per second, and the status once per second. Each is
 * encoded once for all listeners.
 */
final class Events implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Events.class);
  static final int MOST_STREAMS = 256;
  private static final int TICK_MILLIS = 250;
  private static final int TICKS_A_STATUS = 4;

  /**
   * The limit of costs per event. If there are more, some between the last and the newest are
   * omitted.
   */
  private static final int MOST_COSTS = 25;

  /** The delay in milliseconds after which a disconnected browser reconnects. */
  private static final byte[] RETRY = "retry: 1000\n\n".getBytes(UTF_8);

  private final LearnerView view;
  private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
  private final Thread ticker = new Thread(this::run, "web-events");
  private long shown = -1;
  private long sent;
  private long ticks;

  Events(LearnerView view) {
    this.view = view;
    ticker.setDaemon(true);
  }

  void start() {
    ticker.start();
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(TICK_MILLIS);
        safeTick();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /** The number of listeners. */
  int streams() {
    return streams.size();
  }

  /** Answers a request with the events from now on. */
  void answer(HttpServerExchange exchange) {
    if (exchange.getRequestMethod().equals(Methods.HEAD)) {
      prepare(exchange);
      exchange.endExchange();
      return;
    }
    if (streams.size() >= MOST_STREAMS) {
      exchange.getResponseHeaders().put(Headers.RETRY_AFTER, 10);
      JsonResponses.error(
          exchange,
          StatusCodes.SERVICE_UNAVAILABLE,
          String.format(
              Locale.ROOT, "Too many dashboards are open (the limit is %d)", MOST_STREAMS));
      return;
    }
    prepare(exchange);
    exchange.setPersistent(false);
    EventStream stream = new EventStream(exchange);
    // Before the listeners are added: a listener runs at once if the connection is already closed.
    streams.add(stream);
    exchange.addExchangeCompleteListener(
        (done, next) -> {
          streams.remove(stream);
          next.proceed();
        });
    exchange.getConnection().addCloseListener(connection -> streams.remove(stream));
    // A Runnable: Undertow would end the exchange after an HttpHandler.
    exchange.dispatch(exchange.getIoThread(), () -> open(stream));
  }

  private static void prepare(HttpServerExchange exchange) {
    exchange
        .getResponseHeaders()
        .put(Headers.CONTENT_TYPE, "text/event-stream; charset=utf-8")
        .put(Headers.CACHE_CONTROL, "no-store");
  }

  private void open(EventStream stream) {
    try {
      stream.send(RETRY);
      stream.send(event("status", JsonResponses.json(view.status())));
      view.surface()
          .ifPresent(surface -> stream.send(event("surface", JsonResponses.json(surface))));
    } catch (RuntimeException e) { // the browser reconnects by itself
      LOG.warn("A dashboard got no events: {}", e.toString());
      stream.close();
    }
  }

  private void safeTick() {
    try {
      tick();
    } catch (RuntimeException e) { // the next one may succeed
      LOG.warn("The dashboards got no events this time: {}", e.toString());
    }
  }

  private void tick() {
    List<byte[]> costs = view.costs().since(sent);
    sent = view.costs().end();
    ticks++;
    if (streams.isEmpty()) {
      return;
    }
    if (!costs.isEmpty()) {
      sendToAll(event("costs", JsonResponses.array(thinned(costs))));
    }
    if (ticks % TICKS_A_STATUS == 0) {
      sendToAll(event("status", JsonResponses.json(view.status())));
      view.surface().filter(surface -> surface.version() != shown).ifPresent(this::show);
    }
  }

  private void show(Surface surface) {
    shown = surface.version();
    sendToAll(event("surface", JsonResponses.json(surface)));
  }

  /** At most {@link #MOST_COSTS}, evenly spaced, the newest among them. */
  private static List<byte[]> thinned(List<byte[]> costs) {
    if (costs.size() <= MOST_COSTS) {
      return costs;
    }
    List<byte[]> some = new ArrayList<>(MOST_COSTS);
    for (int i = 1; i <= MOST_COSTS; i++) {
      some.add(costs.get((int) ((long) i * costs.size() / MOST_COSTS) - 1));
    }
    return some;
  }

  private void sendToAll(byte[] event) {
    streams.forEach(stream -> stream.send(event));
  }

  /** The event, on one line: line breaks in JSON are nothing but space. */
  private static byte[] event(String name, byte[] json) {
    ByteArrayOutputStream event = new ByteArrayOutputStream(json.length + 32);
    event.writeBytes(("event: " + name + "\ndata: ").getBytes(UTF_8));
    for (byte b : json) {
      event.write(b == '\n' || b == '\r' ? ' ' : b);
    }
    event.writeBytes("\n\n".getBytes(UTF_8));
    return event.toByteArray();
  }

  @Override
  public void close() {
    ticker.interrupt();
    try {
      ticker.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    streams.forEach(EventStream::close);
  }
}
