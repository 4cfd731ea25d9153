package io.millrace.web;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.ETag;
import io.undertow.util.ETagUtils;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The files of the page, from this package's folder on the class path, kept in memory after the
 * first read.
 *
 * <p>Undertow's {@code ResourceHandler} has two disadvantages. The ETag of a file in a jar is the
 * time of the jar, so a browser would keep the newer page after a change to an older version. And
 * it reads on the worker threads, which other requests may block.
 */
final class StaticFiles {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*");

  /** The types that are served. The classes in the same folder are not. */
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "json", "application/json",
          "webmanifest", "application/manifest+json",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "woff2", "font/woff2",
          "txt", "text/plain; charset=utf-8");

  private static final String CHART = "uplot/";

  private final String chartFolder = chartFolder();
  private final Map<String, File> files = new ConcurrentHashMap<>();

  /** A file with its headers. */
  private record File(ByteBuffer bytes, String type, ETag tag) {}

  /** Answers with the file. Returns false if there is no such file. */
  boolean answer(HttpServerExchange exchange) {
    String path = exchange.getRequestPath();
    Optional<File> found = find(path.equals("/") ? "index.html" : path.substring(1));
    if (found.isEmpty()) {
      return false;
    }
    File file = found.get();
    exchange
        .getResponseHeaders()
        .put(Headers.CONTENT_TYPE, file.type())
        .put(Headers.CACHE_CONTROL, "no-cache") // keep it, but revalidate it
        .put(Headers.ETAG, file.tag().toString());
    if (!ETagUtils.handleIfNoneMatch(exchange, file.tag(), true)) {
      exchange.setStatusCode(StatusCodes.NOT_MODIFIED).endExchange();
      return true;
    }
    exchange.getResponseSender().send(file.bytes().duplicate());
    return true;
  }

  /** The resource: next to this class, or for the chart library in its WebJar. */
  private String resource(String name) {
    return name.startsWith(CHART) ? chartFolder + name.substring(CHART.length()) : name;
  }

  private static String chartFolder() {
    try (InputStream in =
        StaticFiles.class.getResourceAsStream(
            "/META-INF/maven/org.webjars.npm/uplot/pom.properties")) {
      Properties webJar = new Properties();
      webJar.load(in);
      return String.format(
          Locale.ROOT, "/META-INF/resources/webjars/uplot/%s/dist/", webJar.getProperty("version"));
    } catch (IOException e) {
      throw new UncheckedIOException("The WebJar of the chart cannot be read", e);
    }
  }

  private Optional<File> find(String name) {
    File known = files.get(name);
    if (known != null) {
      return Optional.of(known);
    }
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null || !NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    try (InputStream in = StaticFiles.class.getResourceAsStream(resource(name))) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] bytes = in.readAllBytes();
      File file =
          new File(
              ByteBuffer.wrap(bytes),
              type,
              new ETag(false, Integer.toHexString(Arrays.hashCode(bytes))));
      files.put(name, file);
      return Optional.of(file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          String.format(Locale.ROOT, "The file %s of the page cannot be read", name), e);
    }
  }
}
