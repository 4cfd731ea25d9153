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
 * <p>Undertow's {@code ResourceHandler} does not fit: a file of a jar has no ETag there but the
 * time of the jar, so that after a change to an older version a browser would keep the newer page;
 * and it reads on the worker threads, which other requests may hold.
 */
final class StaticFiles {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*");

  /** Classes stand beside the files: what is none of these is not for the world. */
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

  /** A file and what a browser must know of it. */
  private record File(ByteBuffer bytes, String type, ETag tag) {}

  /** Answers with the file; returns false where there is no file of this name. */
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
        .put(Headers.CACHE_CONTROL, "no-cache") // keep it, but ask whether it is still the same
        .put(Headers.ETAG, file.tag().toString());
    if (!ETagUtils.handleIfNoneMatch(exchange, file.tag(), true)) {
      exchange.setStatusCode(StatusCodes.NOT_MODIFIED).endExchange();
      return true;
    }
    exchange.getResponseSender().send(file.bytes().duplicate());
    return true;
  }

  /** Beside this class, but for the chart library, which keeps the folder of its WebJar. */
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
