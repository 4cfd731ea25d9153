package io.millrace.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The HTTP server.
 *
 * @param host the address to listen on
 * @param port 0: any free port; empty: no server
 * @param allowedHosts names, without a port, to which the server answers besides the loopback
 *     names, the host and the local address
 * @param token that a request for predictions must have; empty: none
 */
public record HttpConfig(
    String host, OptionalInt port, List<String> allowedHosts, Optional<String> token) {

  /** The same on another port. */
  HttpConfig withPort(int other) {
    return new HttpConfig(host, OptionalInt.of(other), allowedHosts, token);
  }

  /** Only the address: the token is a secret, and this text may end up in logs. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "HttpConfig[%s, %s]", host, port);
  }
}
