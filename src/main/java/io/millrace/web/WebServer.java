package io.millrace.web;

import java.util.Locale;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xnio.Options;

/**
 * The HTTP server of a learner: the dashboard, the API behind it, the health. One thread serves
 * every connection without ever waiting for one; the learner does not know of it.
 */
public final class WebServer implements AutoCloseable {
  /** Nothing of the page may come from, or go to, anywhere else. */
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
   * A body that is larger is read up to here and thrown away: whoever still sends it would not hear
   * the answer if the connection were closed before.
   */
  private static final long MOST_DRAINED = 16L * MOST_BODY;

  private static final int MOST_HEADERS = 16 * 1024;
  private static final int TIMEOUT_MILLIS = 30_000;
  private static final int BODY_SECONDS = 15;

  /** After so long a browser that takes nothing of an answer is cut off. */
  private static final int STUCK_MILLIS = 60_000;

  private final Events events;
  private final Undertow server;
  private final String host;
  private final LocalNames names;
  private final @Nullable PredictRequest predict;

  private WebServer(
      String host,
      int port,
      LearnerView view,
      @Nullable Predictions predictions,
      Optional<String> token) {
    this.predict =
        predictions == null ? null : new PredictRequest(predictions, host, token, MOST_BODY);
    this.host = host;
    this.names = new LocalNames(host);
    this.events = new Events(view);
    this.server =
        Undertow.builder()
            .addHttpListener(port, host)
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
            .setHandler(handler(view))
            .build();
  }

  /**
   * Starts the server.
   *
   * @param port 0: any free port
   * @throws BindException when nobody can listen there
   */
  public static WebServer start(String host, int port, LearnerView view) throws BindException {
    return start(new WebServer(host, port, view, null, Optional.empty()));
  }

  /**
   * Starts a server that predicts as well.
   *
   * @param port 0: any free port
   * @param token what a request for predictions must show, where there is one
   * @throws BindException when nobody can listen there
   */
  public static WebServer start(
      String host, int port, LearnerView view, Predictions predictions, Optional<String> token)
      throws BindException {
    return start(new WebServer(host, port, view, predictions, token));
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

  /** Where a browser finds it. */
  public String url() {
    InetSocketAddress address = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
    String name = address.getAddress().isAnyLocalAddress() ? "localhost" : host;
    return String.format(Locale.ROOT, "http://%s:%d/", name.contains(":") ? "[" + name + "]" : name, address.getPort());
  }

  /** How many browsers listen to the events. */
  int dashboards() {
    return events.streams();
  }

  private HttpHandler handler(LearnerView view) {
    HttpHandler routes = Routes.of(view, events, predict);
    return new BodyDeadline(
        exchange -> {
          SECURITY.forEach(exchange.getResponseHeaders()::put);
          if (names.isAskedFor(exchange)) {
            routes.handleRequest(exchange);
          } else {
            refuseName(exchange);
          }
        },
        BODY_SECONDS);
  }

  private void refuseName(HttpServerExchange exchange) {
    exchange.setPersistent(false);
    JsonResponses.error(
        exchange,
        StatusCodes.FORBIDDEN,
        String.format(Locale.ROOT, "This server is for its own machine: ask for localhost, 127.0.0.1 or %s, not for \"%s\"", host, exchange.getRequestHeaders().getFirst(Headers.HOST)));
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
