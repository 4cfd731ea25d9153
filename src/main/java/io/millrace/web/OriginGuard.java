package io.millrace.web;

import io.millrace.config.HttpConfig;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that a web page of another origin makes a browser send.
 *
 * <p>DNS rebinding: the page points its own host name at this server, and the browser lets the page
 * read the answers. The name is in the {@code Host} header, so it must be a name of this server:
 * loopback, {@code http.host}, the local address of the connection, or one of {@code
 * http.allowedHosts}. On a server that other machines can reach, the paths for monitoring are
 * exempt: Prometheus and probes use names that nobody can list, the answers hold no secrets, and
 * whoever reaches the server may read them anyway.
 *
 * <p>Cross-site requests: a browser names the origin of the page in {@code Origin}. What is not
 * merely read must come from this server's own page, or from no page at all.
 */
final class OriginGuard implements HttpHandler {
  private static final Pattern HOST = Pattern.compile("(\\[[^\\]]*]|[^:]*)(:\\d*)?");

  private final HttpHandler next;
  private final boolean isLoopback;
  private final Set<String> names = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));

  /**
   * Guards a handler.
   *
   * @param http where the server listens, and its further names
   */
  OriginGuard(HttpConfig http, HttpHandler next) {
    this.next = next;
    this.isLoopback = isLoopback(http.host());
    names.add(asInHeader(http.host()));
    http.allowedHosts().forEach(name -> names.add(asInHeader(name)));
  }

  /** Whether only this machine can reach a server on this address. */
  static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** In lower case, and an IPv6 address in brackets. */
  private static String asInHeader(String name) {
    String bare = name.toLowerCase(Locale.ROOT);
    return bare.contains(":") && !bare.startsWith("[") ? "[" + bare + "]" : bare;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    String host = exchange.getRequestHeaders().getFirst(Headers.HOST);
    String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
    if (!isNamed(host, exchange)) {
      refuse(
          exchange,
          String.format(
              Locale.ROOT,
              "This server does not answer to the name \"%s\". Add it to http.allowedHosts, or use %s",
              host,
              String.join(", ", names.stream().sorted().toList())));
    } else if (isForeign(origin, host) && !isRead(exchange)) {
      refuse(
          exchange,
          String.format(
              Locale.ROOT, "Pages from \"%s\" may not send requests to this server", origin));
    } else {
      next.handleRequest(exchange);
    }
  }

  /** Whether the host is this server. A request without one is not from a browser. */
  private boolean isNamed(@Nullable String host, HttpServerExchange exchange) {
    if (host == null || (!isLoopback && isMonitoring(exchange.getRequestPath()))) {
      return true;
    }
    Matcher parts = HOST.matcher(host.toLowerCase(Locale.ROOT));
    return parts.matches()
        && (names.contains(parts.group(1)) || parts.group(1).equals(arrivedAt(exchange)));
  }

  private static boolean isMonitoring(String path) {
    return path.equals("/metrics") || path.startsWith("/health/");
  }

  /** An address in numbers cannot be rebound: a page from there is this server's own. */
  private static String arrivedAt(HttpServerExchange exchange) {
    InetAddress address = exchange.getDestinationAddress().getAddress();
    return address == null ? "" : asInHeader(address.getHostAddress());
  }

  private static boolean isForeign(@Nullable String origin, @Nullable String host) {
    return origin != null
        && !origin.equalsIgnoreCase("http://" + host)
        && !origin.equalsIgnoreCase("https://" + host);
  }

  private static boolean isRead(HttpServerExchange exchange) {
    return exchange.getRequestMethod().equals(Methods.GET)
        || exchange.getRequestMethod().equals(Methods.HEAD);
  }

  private static void refuse(HttpServerExchange exchange, String sentence) {
    exchange.setPersistent(false);
    JsonResponses.error(exchange, StatusCodes.FORBIDDEN, sentence);
  }
}
