package io.millrace.web;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.RequestLimitingHandler;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
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
  private static final int MOST_CONNECTIONS = 512;
  private static final int MOST_AT_WORK = 384;
  private static final int MOST_BODY = 1024 * 1024;

  /**
   * A body that is larger is read up to here and thrown away: whoever still sends it would not hear
   * the answer if the connection were closed before.
   */
  private static final long MOST_DRAINED = 16L * MOST_BODY;

  private static final int MOST_HEADERS = 16 * 1024;
  private static final int TIMEOUT_MILLIS = 30_000;

  /** After so long a browser that takes nothing of an answer is cut off. */
  private static final int STUCK_MILLIS = 60_000;

  private final LearnerView view;
  private final StaticFiles files = new StaticFiles();
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
    this.view = view;
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
            .setHandler(new RequestLimitingHandler(MOST_AT_WORK, 0, this::handle))
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
    return String.format(
        Locale.ROOT,
        "http://%s:%d/",
        name.contains(":") ? "[" + name + "]" : name,
        address.getPort());
  }

  /** How many browsers listen to the events. */
  int dashboards() {
    return events.streams();
  }

  private void handle(HttpServerExchange exchange) {
    HeaderMap headers = exchange.getResponseHeaders();
    SECURITY.forEach(headers::put);
    if (!names.isAskedFor(exchange)) {
      exchange.setPersistent(false);
      JsonResponses.error(
          exchange,
          StatusCodes.FORBIDDEN,
          String.format(
              Locale.ROOT,
              "This server is for its own machine: ask for localhost, 127.0.0.1 or %s, not for \"%s\"",
              host,
              exchange.getRequestHeaders().getFirst(Headers.HOST)));
      return;
    }
    if (predict != null && exchange.getRequestPath().equals("/api/predict")) {
      predict.answer(exchange);
      return;
    }
    if (!exchange.getRequestMethod().equals(Methods.GET)
        && !exchange.getRequestMethod().equals(Methods.HEAD)) {
      headers.put(Headers.ALLOW, "GET, HEAD");
      JsonResponses.error(exchange, StatusCodes.METHOD_NOT_ALLOWED, "Only GET and HEAD are served");
      return;
    }
    switch (exchange.getRequestPath()) {
      case "/health/live" -> health(exchange, view.health().isLive());
      case "/health/ready" -> health(exchange, view.health().isReady());
      case "/api/status" -> JsonResponses.send(exchange, JsonResponses.json(view.status()));
      case "/api/costs" -> costs(exchange);
      case "/api/history" -> JsonResponses.sendArray(exchange, view.costs().wholeLife());
      case "/api/model" ->
          view.model()
              .ifPresentOrElse(
                  model -> JsonResponses.send(exchange, model.json()),
                  () -> missing(exchange, "No snapshot of the model is published yet"));
      case "/api/surface" ->
          view.surface()
              .ifPresentOrElse(
                  surface -> JsonResponses.send(exchange, JsonResponses.json(surface)),
                  () ->
                      missing(
                          exchange,
                          "There is a surface of a model with two inputs, once it is published"));
      case "/metrics" -> exchange.dispatch(this::metrics);
      case "/api/events" -> events.answer(exchange);
      default -> file(exchange);
    }
  }

  /** On a thread that may wait. */
  private void metrics(HttpServerExchange exchange) {
    exchange
        .getResponseHeaders()
        .put(Headers.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
        .put(Headers.CACHE_CONTROL, "no-store");
    exchange.getResponseSender().send(view.metrics());
  }

  private static void missing(HttpServerExchange exchange, String sentence) {
    JsonResponses.error(exchange, StatusCodes.NOT_FOUND, sentence);
  }

  private void health(HttpServerExchange exchange, boolean isWell) {
    Health health = view.health();
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put("status", isWell ? "UP" : "DOWN");
    answer.put("state", health.state());
    if (health.failed() != null) {
      answer.put("why", health.failed());
    } else if (health.waitsFor() != null) {
      answer.put("why", health.waitsFor());
    }
    exchange.setStatusCode(isWell ? StatusCodes.OK : StatusCodes.SERVICE_UNAVAILABLE);
    JsonResponses.send(exchange, JsonResponses.json(answer));
  }

  private void costs(HttpServerExchange exchange) {
    int last = CostHistory.CAPACITY;
    Deque<String> asked = exchange.getQueryParameters().get("last");
    if (asked != null) {
      try {
        last = Integer.parseInt(asked.getFirst());
      } catch (NumberFormatException e) {
        last = -1;
      }
    }
    if (last < 1) {
      JsonResponses.error(
          exchange,
          StatusCodes.BAD_REQUEST,
          String.format(
              Locale.ROOT,
              "last: expected a whole number of at least 1, got \"%s\"",
              asked == null ? "" : asked.getFirst()));
      return;
    }
    JsonResponses.sendArray(exchange, view.costs().newest(last));
  }

  private void file(HttpServerExchange exchange) {
    if (!files.answer(exchange)) {
      JsonResponses.error(
          exchange, StatusCodes.NOT_FOUND, "There is nothing at " + exchange.getRequestPath());
    }
  }

  @Override
  public void close() {
    events.close();
    server.stop();
  }
}
