package io.millrace.web;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * By which names a server on loopback may be asked. A page of somewhere else can make a browser ask
 * it under a name of its own, which it has pointed at 127.0.0.1 (DNS rebinding), and would read the
 * answers: the name gives it away.
 */
final class LocalNames {
  private static final Pattern HOST = Pattern.compile("(\\[[^\\]]*]|[^:]*)(:\\d*)?");

  private final boolean isLoopback;
  private final Set<String> names;

  /**
   * The names of a server; beyond loopback any name is right.
   *
   * @param host where it listens
   */
  LocalNames(String host) {
    this.isLoopback = isLoopback(host);
    String bare = host.toLowerCase(Locale.ROOT);
    this.names =
        Set.copyOf(
            List.of(
                "localhost",
                "127.0.0.1",
                "[::1]",
                bare.contains(":") && !bare.startsWith("[") ? "[" + bare + "]" : bare));
  }

  /** Whether nobody but this machine can reach a server that listens there. */
  static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Whether the request asks for this server. One that names none is of no browser. */
  boolean isAskedFor(HttpServerExchange exchange) {
    String asked = exchange.getRequestHeaders().getFirst(Headers.HOST);
    if (!isLoopback || asked == null) {
      return true;
    }
    Matcher host = HOST.matcher(asked.toLowerCase(Locale.ROOT));
    return host.matches() && names.contains(host.group(1));
  }
}
