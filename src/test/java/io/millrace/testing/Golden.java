package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Records as earlier versions wrote them, in {@code src/test/resources/golden}. They are read for
 * ever, and never written anew: when a format changes, a file is added.
 */
public final class Golden {
  private Golden() {}

  /** A file of text, without the line break at its end. */
  public static String text(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8).stripTrailing();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of hexadecimal digits in any arrangement; a line that starts with # is a comment. */
  public static byte[] bytes(String name) {
    String digits = text(name).replaceAll("(?m)^#.*$", "").replaceAll("\\s", "");
    return HexFormat.of().parseHex(digits);
  }
}
