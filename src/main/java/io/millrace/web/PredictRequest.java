package io.millrace.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.io.Receiver;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code POST /api/predict}. The body is taken in without waiting for it; the prediction is made on
 * a thread of the workers.
 *
 * <p>Whoever can reach it can ask as much as they like, so a server that more than this machine can
 * reach answers only those who show the token; without one configured it answers nobody.
 */
final class PredictRequest {
  private static final String BEARER = "Bearer ";

  private final Predictions predictions;
  private final Optional<byte[]> token;
  private final boolean isPublic;
  private final int mostBytes;

  /**
   * The predictions of a server.
   *
   * @param host where it listens
   * @param token what a request must show; empty: nothing
   * @param mostBytes the largest body, for a sentence
   */
  PredictRequest(Predictions predictions, String host, Optional<String> token, int mostBytes) {
    this.predictions = predictions;
    this.token = token.map(text -> text.getBytes(UTF_8));
    this.isPublic = !LocalNames.isLoopback(host);
    this.mostBytes = mostBytes;
  }

  void answer(HttpServerExchange exchange) {
    if (isPublic && token.isEmpty()) {
      JsonResponses.error(
          exchange,
          StatusCodes.FORBIDDEN,
          "This server listens beyond its own machine and has no http.token: it predicts nothing");
    } else if (!isPermitted(exchange)) {
      exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, "Bearer");
      JsonResponses.error(
          exchange, StatusCodes.UNAUTHORIZED, "Send the header Authorization: Bearer TOKEN");
    } else {
      Receiver body = exchange.getRequestReceiver();
      body.setMaxBufferSize(mostBytes);
      body.receiveFullBytes(this::received, this::notReceived);
    }
  }

  /** Takes as long whatever the first difference is. */
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
    exchange.dispatch(Routes.answeringExceptions(worker -> predict(worker, body)));
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
      JsonResponses.error(
          exchange,
          StatusCodes.REQUEST_ENTITY_TOO_LARGE,
          String.format(Locale.ROOT, "At most %d bytes at once", mostBytes));
    } else {
      exchange.endExchange();
    }
  }
}
