package io.millrace.config;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The HTTP server.
 *
 * @param host the address to listen on
 * @param port 0: any free port; empty: no server
 * @param token that whoever asks for predictions must show; empty: none
 */
public record HttpConfig(String host, OptionalInt port, Optional<String> token) {

  /** Only the address: the token is a secret, and this text may end up in logs. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "HttpConfig[%s, %s]", host, port);
  }
}
