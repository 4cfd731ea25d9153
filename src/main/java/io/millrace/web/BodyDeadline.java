package io.millrace.web;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.StatusCodes;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioExecutor;

/**
 * Ends a request whose body is not complete in time, with 408 if there is no answer yet.
 * (Undertow's own read timeout restarts with every byte.)
 */
final class BodyDeadline implements HttpHandler {
  private final HttpHandler next;
  private final int seconds;

  /**
   * The next handler, with a deadline.
   *
   * @param seconds from the end of the headers to the end of the body
   */
  BodyDeadline(HttpHandler next, int seconds) {
    this.next = next;
    this.seconds = seconds;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    if (!exchange.isRequestComplete()) {
      XnioExecutor.Key key =
          exchange.getIoThread().executeAfter(() -> end(exchange), seconds, TimeUnit.SECONDS);
      exchange.addExchangeCompleteListener(
          (done, others) -> {
            key.remove();
            others.proceed();
          });
    }
    next.handleRequest(exchange);
  }

  private void end(HttpServerExchange exchange) {
    if (exchange.isRequestComplete()) {
      return;
    }
    if (exchange.isResponseStarted()) {
      JsonResponses.cut(exchange);
      return;
    }
    JsonResponses.errorAndCut(
        exchange,
        StatusCodes.REQUEST_TIME_OUT,
        String.format(Locale.ROOT, "The request body did not arrive within %d seconds", seconds));
  }
}
