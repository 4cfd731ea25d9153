package io.millrace.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.config.HttpConfig;
import io.undertow.io.Receiver;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.server.handlers.RequestLimit;
import io.undertow.server.handlers.RequestLimitingHandler;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code POST /api/predict}. The body is read without blocking a thread; separate threads predict,
 * so that no other request waits for predictions.
 *
 * <p>The memory for bodies is bounded: few are read at the same time, a limited number of further
 * requests waits, and the rest gets 503.
 *
 * <p>A server that other machines can reach answers only requests with the token. Without a
 * configured token it answers none.
 */
final class PredictRequest implements HttpHandler, AutoCloseable {
  private static final String BEARER = "Bearer ";

  /** The limit of requests in progress at the same time. */
  private static final int MOST_AT_ONCE = 16;

  private static final int MOST_WAITING = 64;
  private static final int SHORT_BODY = 64 * 1024;
  private static final int THREADS = 2;

  private final Predictions predictions;
  private final Optional<byte[]> token;
  private final boolean isPublic;
  private final int mostBytes;
  private final HttpHandler limited;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "web-predict");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * The predictions of a server.
   *
   * @param http where it listens, and the token that a request must have
   * @param mostBytes the largest body, for a sentence
   */
  PredictRequest(Predictions predictions, HttpConfig http, int mostBytes) {
    this.predictions = predictions;
    this.token = http.token().map(text -> text.getBytes(UTF_8));
    this.isPublic = !OriginGuard.isLoopback(http.host());
    this.mostBytes = mostBytes;
    RequestLimit limit = new RequestLimit(MOST_AT_ONCE, MOST_WAITING);
    limit.setFailureHandler(PredictRequest::refuse);
    this.limited = new RequestLimitingHandler(limit, Routes.answeringExceptions(this::read));
  }

  /** A client that still sends its body may miss the answer if the connection is closed. */
  private static void refuse(HttpServerExchange exchange) {
    exchange.getResponseHeaders().put(Headers.RETRY_AFTER, 1);
    long length = exchange.getRequestContentLength();
    boolean isShort = length >= 0 && length <= SHORT_BODY;
    String sentence =
        String.format(
            Locale.ROOT,
            "The server is busy with %d predictions, and %d more wait: try again",
            MOST_AT_ONCE,
            MOST_WAITING);
    if (isShort) {
      JsonResponses.error(exchange, StatusCodes.SERVICE_UNAVAILABLE, sentence);
    } else {
      JsonResponses.errorAndCut(exchange, StatusCodes.SERVICE_UNAVAILABLE, sentence);
    }
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    if (isPublic && token.isEmpty()) {
      JsonResponses.error(
          exchange,
          StatusCodes.FORBIDDEN,
          "Predictions are off: the server listens beyond loopback and has no http.token");
    } else if (!isPermitted(exchange)) {
      exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, "Bearer");
      JsonResponses.error(
          exchange, StatusCodes.UNAUTHORIZED, "Send the header Authorization: Bearer TOKEN");
    } else if (exchange.getRequestContentLength() > mostBytes) {
      tooLarge(exchange); // Undertow would allocate the length first
    } else {
      limited.handleRequest(exchange);
    }
  }

  private void read(HttpServerExchange exchange) {
    Receiver body = exchange.getRequestReceiver();
    body.setMaxBufferSize(mostBytes);
    body.receiveFullBytes(this::received, this::notReceived);
  }

  /** Compares in constant time. */
  private boolean isPermitted(HttpServerExchange exchange) {
    if (token.isEmpty()) {
      return true;
    }
    String shown = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
    return shown != null
        && shown.regionMatches(true, 0, BEARER, 0, BEARER.length())
        && MessageDigest.isEqual(
            shown.substring(BEARER.length()).strip().getBytes(UTF_8), token.get());
  }

  private void received(HttpServerExchange exchange, byte[] body) {
    exchange.dispatch(threads, Routes.answeringExceptions(worker -> predict(worker, body)));
  }

  private void predict(HttpServerExchange exchange, byte[] body) {
    try {
      JsonResponses.send(exchange, predictions.predict(body));
    } catch (PredictionRefused refused) {
      exchange.setStatusCode(refused.status());
      JsonResponses.send(exchange, JsonResponses.json(refused.answer()));
    }
  }

  private void notReceived(HttpServerExchange exchange, IOException e) {
    if (e instanceof Receiver.RequestToLargeException || e instanceof RequestTooBigException) {
      tooLarge(exchange);
    } else {
      exchange.endExchange(); // the client has disconnected
    }
  }

  private void tooLarge(HttpServerExchange exchange) {
    JsonResponses.error(
        exchange,
        StatusCodes.REQUEST_ENTITY_TOO_LARGE,
        String.format(Locale.ROOT, "The request is too large (the limit is %d bytes)", mostBytes));
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
