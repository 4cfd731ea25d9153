package io.millrace.app.process;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ends a command with an exit code and readable lines, never with a stack trace. */
public final class ExitException extends RuntimeException {
  /** A failure while running. */
  public static final int FAILURE = 1;

  /** Wrong usage or configuration. */
  public static final int USAGE = 2;

  private final int code;
  private final List<String> lines;

  private ExitException(int code, List<String> lines, @Nullable Throwable cause) {
    super(String.join("; ", lines), cause);
    this.code = code;
    this.lines = List.copyOf(lines);
  }

  public static ExitException failure(String line) {
    return failure(line, null);
  }

  public static ExitException failure(String line, @Nullable Throwable cause) {
    return new ExitException(FAILURE, List.of(line), cause);
  }

  public static ExitException usage(List<String> lines) {
    return new ExitException(USAGE, lines, null);
  }

  public static ExitException usage(String line) {
    return usage(List.of(line));
  }

  /**
   * Why a file cannot be read or written. The message of the JDK is often only the name of the
   * file.
   */
  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(message);
  }

  public int code() {
    return code;
  }

  public List<String> lines() {
    return lines;
  }
}
