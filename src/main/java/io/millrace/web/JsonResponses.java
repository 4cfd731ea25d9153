package io.millrace.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.xnio.IoUtils;

/** JSON answers. */
final class JsonResponses {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int PIECE = 32 * 1024;

  private static final IoCallback CUT =
      new IoCallback() {
        @Override
        public void onComplete(HttpServerExchange exchange, Sender sender) {
          cut(exchange);
        }

        @Override
        public void onException(HttpServerExchange exchange, Sender sender, IOException e) {
          cut(exchange);
        }
      };

  private JsonResponses() {}

  /** The JSON of a record, map or list. */
  static byte[] json(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("Writing to memory cannot fail", e);
    }
  }

  /** The array of values that are JSON already. */
  static byte[] array(List<byte[]> values) {
    int length = values.stream().mapToInt(value -> value.length + 1).sum();
    ByteArrayOutputStream array = new ByteArrayOutputStream(length + 2);
    array.write('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        array.write(',');
      }
      array.writeBytes(values.get(i));
    }
    array.write(']');
    return array.toByteArray();
  }

  /** Answers with the JSON of a record or map. */
  static void sendJson(HttpServerExchange exchange, Object value) {
    send(exchange, json(value));
  }

  /** Answers with JSON. */
  static void send(HttpServerExchange exchange, byte[] json) {
    prepare(exchange);
    exchange.getResponseSender().send(ByteBuffer.wrap(json));
  }

  private static void prepare(HttpServerExchange exchange) {
    exchange
        .getResponseHeaders()
        .put(Headers.CONTENT_TYPE, "application/json")
        .put(Headers.CACHE_CONTROL, "no-store");
  }

  /**
   * Answers with an array of values that are JSON already. It sends one piece after the other as
   * the browser reads them. So a browser that does not read holds only one piece in memory.
   */
  static void sendArray(HttpServerExchange exchange, List<byte[]> values) {
    prepare(exchange);
    long length = values.stream().mapToLong(value -> value.length + 1L).sum();
    exchange.setResponseContentLength(Math.max(length, 1) + 1);
    new Pieces(values).send(exchange);
  }

  /** The rest of an array. */
  private static final class Pieces implements IoCallback {
    private final List<byte[]> values;
    private int next;

    Pieces(List<byte[]> values) {
      this.values = values;
    }

    void send(HttpServerExchange exchange) {
      ByteArrayOutputStream piece = new ByteArrayOutputStream(PIECE);
      if (next == 0) {
        piece.write('[');
      }
      while (next < values.size() && piece.size() < PIECE) {
        if (next > 0) {
          piece.write(',');
        }
        piece.writeBytes(values.get(next++));
      }
      if (next < values.size()) {
        exchange.getResponseSender().send(ByteBuffer.wrap(piece.toByteArray()), this);
      } else {
        piece.write(']');
        exchange.getResponseSender().send(ByteBuffer.wrap(piece.toByteArray()));
      }
    }

    @Override
    public void onComplete(HttpServerExchange exchange, Sender sender) {
      send(exchange);
    }

    @Override
    public void onException(HttpServerExchange exchange, Sender sender, IOException e) {
      cut(exchange); // the browser has disconnected
    }
  }

  /**
   * Closes the connection, and ends the exchange: Undertow does not do that by itself, and the
   * request would count as active for ever.
   */
  static void cut(HttpServerExchange exchange) {
    IoUtils.safeClose(exchange.getConnection());
    exchange.endExchange();
  }

  /** Answers with a sentence that says what is wrong. */
  static void error(HttpServerExchange exchange, int status, String sentence) {
    exchange.setStatusCode(status);
    send(exchange, json(Map.of("error", sentence)));
  }

  /**
   * Answers with a sentence and closes the connection, without waiting for the rest of the request.
   */
  static void errorAndCut(HttpServerExchange exchange, int status, String sentence) {
    exchange.setStatusCode(status).setPersistent(false);
    prepare(exchange);
    exchange
        .getResponseSender()
        .send(
            ByteBuffer.wrap(json(Map.of("error", sentence))),
            new IoCallback() {
              @Override
              public void onComplete(HttpServerExchange sent, Sender sender) {
                sender.close(CUT); // once it is written out
              }

              @Override
              public void onException(HttpServerExchange broken, Sender sender, IOException e) {
                cut(broken);
              }
            });
  }
}
