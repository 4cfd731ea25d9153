package io.millrace.config;

import java.util.OptionalInt;

/**
 * The HTTP server.
 *
 * @param host the address to listen on
 * @param port 0: any free port; empty: no server
 */
public record HttpConfig(String host, OptionalInt port) {}
