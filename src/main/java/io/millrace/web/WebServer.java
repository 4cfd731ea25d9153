package io.millrace.web;

import io.millrace.config.HttpConfig;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.util.HttpString;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xnio.Options;

/**
 * The HTTP server of a learner: the dashboard, the API behind it, the health. One non-blocking
 * thread serves every connection. The learner does not depend on it.
 */
public final class WebServer implements AutoCloseable {
  /** The page may not use any other host. */
  private static final Map<HttpString, String> SECURITY =
      Map.of(
          HttpString.tryFromString("Content-Security-Policy"),
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
              + " font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none';"
              + " form-action 'none'; frame-ancestors 'none'",
          HttpString.tryFromString("X-Content-Type-Options"),
          "nosniff",
          HttpString.tryFromString("Referrer-Policy"),
          "no-referrer");

  private static final int BUFFER = 8 * 1024;
  private static final int SEND_BUFFER = 128 * 1024;
  private static final int MOST_CONNECTIONS = 1024;
  private static final int MOST_BODY = 1024 * 1024;

  /**
   * A larger body is read up to this limit and discarded. If the connection were closed earlier, a
   * client that still sends would not get the answer.
   */
  private static final long MOST_DRAINED = 16L * MOST_BODY;

  private static final int MOST_HEADERS = 16 * 1024;
  private static final int TIMEOUT_MILLIS = 30_000;
  private static final int BODY_SECONDS = 15;

  /** The time after which a browser is disconnected that does not read an answer. */
  private static final int STUCK_MILLIS = 60_000;

  private final Events events;
  private final Undertow server;
  private final String host;
  private final @Nullable PredictRequest predict;

  private WebServer(HttpConfig http, LearnerView view, @Nullable Predictions predictions) {
    this.host = http.host();
    this.predict = predictions == null ? null : new PredictRequest(predictions, http, MOST_BODY);
    this.events = new Events(view);
    this.server =
        Undertow.builder()
            .addHttpListener(http.port().orElseThrow(), host)
            .setIoThreads(1)
            .setWorkerThreads(2)
            .setBufferSize(BUFFER)
            .setDirectBuffers(true)
            .setSocketOption(Options.SEND_BUFFER, SEND_BUFFER)
            .setSocketOption(Options.WRITE_TIMEOUT, STUCK_MILLIS)
            .setSocketOption(Options.CONNECTION_HIGH_WATER, MOST_CONNECTIONS)
            .setSocketOption(Options.CONNECTION_LOW_WATER, MOST_CONNECTIONS)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, MOST_DRAINED)
            .setServerOption(UndertowOptions.MAX_HEADER_SIZE, MOST_HEADERS)
            .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, TIMEOUT_MILLIS)
            .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, TIMEOUT_MILLIS)
            .setHandler(handler(http, view))
            .build();
  }

  /**
   * Starts the server.
   *
   * @param http the settings; with a port, 0 for any free one
   * @param predictions answers {@code /api/predict}; null: there is no such path
   * @throws BindException when it cannot listen there
   */
  public static WebServer start(
      HttpConfig http, LearnerView view, @Nullable Predictions predictions) throws BindException {
    return start(new WebServer(http, view, predictions));
  }

  private static WebServer start(WebServer web) throws BindException {
    try {
      web.server.start();
    } catch (RuntimeException e) {
      web.server.stop();
      throw unbindable(e);
    }
    web.events.start();
    return web;
  }

  private static BindException unbindable(RuntimeException e) {
    BindException unbindable =
        new BindException(String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
    unbindable.initCause(e);
    return unbindable;
  }

  /** The URL for a browser. */
  public String url() {
    InetSocketAddress address = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
    String name = address.getAddress().isAnyLocalAddress() ? "localhost" : host;
    return String.format(
        Locale.ROOT,
        "http://%s:%d/",
        name.contains(":") ? "[" + name + "]" : name,
        address.getPort());
  }

  /** The number of browsers that listen to the events. */
  int dashboards() {
    return events.streams();
  }

  private HttpHandler handler(HttpConfig http, LearnerView view) {
    HttpHandler guarded = new OriginGuard(http, Routes.of(view, events, predict));
    return new BodyDeadline(
        exchange -> {
          SECURITY.forEach(exchange.getResponseHeaders()::put);
          guarded.handleRequest(exchange);
        },
        BODY_SECONDS);
  }

  @Override
  public void close() {
    events.close();
    server.stop();
    if (predict != null) {
      predict.close();
    }
  }
}
