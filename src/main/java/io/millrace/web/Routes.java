package io.millrace.web;

import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RoutingHandler;
import io.undertow.server.handlers.ExceptionHandler;
import io.undertow.server.handlers.RequestLimit;
import io.undertow.server.handlers.RequestLimitingHandler;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The paths of the server, and the answer of each. */
final class Routes {
  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
  private static final String PREDICT = "/api/predict";

  /** Browsers that do not read hold a piece of an answer each. */
  private static final int MOST_AT_ONCE = 128;

  private static final int MOST_WAITING = 256;

  private final LearnerView view;
  private final RequestLimit figures = new RequestLimit(MOST_AT_ONCE, MOST_WAITING);
  private final StaticFiles files = new StaticFiles();
  private final RoutingHandler routing = Handlers.routing();

  private Routes(LearnerView view) {
    this.view = view;
    figures.setFailureHandler(
        exchange -> {
          exchange.getResponseHeaders().put(Headers.RETRY_AFTER, 1);
          JsonResponses.error(
              exchange,
              StatusCodes.SERVICE_UNAVAILABLE,
              String.format(
                  Locale.ROOT, "The server is busy with %d requests: try again", MOST_AT_ONCE));
        });
  }

  /**
   * All paths.
   *
   * @param predict answers {@code POST /api/predict}; null: there is no such path
   */
  static HttpHandler of(LearnerView view, Events events, @Nullable HttpHandler predict) {
    Routes routes = new Routes(view);
    routes.read("/health/live", exchange -> health(exchange, view.health(), Health::isLive));
    routes.read("/health/ready", exchange -> health(exchange, view.health(), Health::isReady));
    routes.readFew("/metrics", onWorker(routes::metrics));
    routes.readFew("/api/status", exchange -> JsonResponses.sendJson(exchange, view.status()));
    routes.readFew("/api/costs", routes::costs);
    routes.readFew(
        "/api/history", exchange -> JsonResponses.sendArray(exchange, view.costs().wholeLife()));
    routes.readFew("/api/model", routes::model);
    routes.readFew("/api/surface", routes::surface);
    routes.read("/api/events", events::answer);
    if (predict != null) {
      routes.routing.post(PREDICT, predict);
    }
    routes.routing.setInvalidMethodHandler(Routes::wrongMethod);
    routes.routing.setFallbackHandler(routes::file);
    return answeringExceptions(routes.routing);
  }

  /** A path with a limit on concurrent requests. Further requests get 503. */
  private void readFew(String path, HttpHandler handler) {
    read(path, new RequestLimitingHandler(figures, answeringExceptions(handler)));
  }

  /** RoutingHandler treats HEAD as a separate method. */
  private void read(String path, HttpHandler handler) {
    routing.get(path, handler).add(Methods.HEAD, path, handler);
  }

  /**
   * Answers 500 if the handler throws, even an {@code Error}. Use it around each handler that
   * continues in another thread, because exceptions do not come back from there.
   */
  static HttpHandler answeringExceptions(HttpHandler handler) {
    return new ExceptionHandler(handler).addExceptionHandler(Throwable.class, Routes::failed);
  }

  private static void failed(HttpServerExchange exchange) {
    Throwable failure = exchange.getAttachment(ExceptionHandler.THROWABLE);
    LOG.error(
        "{} {} failed: {}",
        exchange.getRequestMethod(),
        exchange.getRequestPath(),
        String.valueOf(failure),
        failure);
    if (exchange.isResponseStarted()) {
      exchange.endExchange(); // Undertow closes the connection: the answer stays incomplete
      return;
    }
    JsonResponses.error(
        exchange,
        StatusCodes.INTERNAL_SERVER_ERROR,
        "The request failed. The log of the server says why");
  }

  /** Runs the handler on a thread that may block. */
  private static HttpHandler onWorker(HttpHandler handler) {
    HttpHandler answering = answeringExceptions(handler);
    return exchange -> exchange.dispatch(answering);
  }

  private static void wrongMethod(HttpServerExchange exchange) {
    String allowed = exchange.getRequestPath().equals(PREDICT) ? "POST" : "GET, HEAD";
    exchange.getResponseHeaders().put(Headers.ALLOW, allowed);
    JsonResponses.error(
        exchange,
        StatusCodes.METHOD_NOT_ALLOWED,
        String.format(
            Locale.ROOT,
            "%s accepts %s, not %s",
            exchange.getRequestPath(),
            allowed,
            exchange.getRequestMethod()));
  }

  private void metrics(HttpServerExchange exchange) {
    exchange
        .getResponseHeaders()
        .put(Headers.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
        .put(Headers.CACHE_CONTROL, "no-store");
    exchange.getResponseSender().send(view.metrics());
  }

  private static void health(
      HttpServerExchange exchange, Health health, Predicate<Health> question) {
    boolean isUp = question.test(health);
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put("status", isUp ? "UP" : "DOWN");
    answer.put("state", health.state());
    if (health.failed() != null) {
      answer.put("why", health.failed());
    } else if (health.waitsFor() != null) {
      answer.put("why", health.waitsFor());
    }
    exchange.setStatusCode(isUp ? StatusCodes.OK : StatusCodes.SERVICE_UNAVAILABLE);
    JsonResponses.sendJson(exchange, answer);
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

  private void model(HttpServerExchange exchange) {
    view.model()
        .ifPresentOrElse(
            model -> JsonResponses.send(exchange, model.json()),
            () ->
                JsonResponses.error(
                    exchange,
                    StatusCodes.NOT_FOUND,
                    "No snapshot of the model has been published yet"));
  }

  private void surface(HttpServerExchange exchange) {
    view.surface()
        .ifPresentOrElse(
            surface -> JsonResponses.sendJson(exchange, surface),
            () ->
                JsonResponses.error(
                    exchange,
                    StatusCodes.NOT_FOUND,
                    "There is a surface only for a model with two inputs, once a snapshot of it has been"
                        + " published"));
  }

  private void file(HttpServerExchange exchange) {
    if (!exchange.getRequestMethod().equals(Methods.GET)
        && !exchange.getRequestMethod().equals(Methods.HEAD)) {
      wrongMethod(exchange);
    } else if (!files.answer(exchange)) {
      JsonResponses.error(
          exchange, StatusCodes.NOT_FOUND, "Not found: " + exchange.getRequestPath());
    }
  }
}
