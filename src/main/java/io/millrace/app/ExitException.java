package io.millrace.app;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ends a command with an exit code and readable lines, never with a stack trace. */
final class ExitException extends RuntimeException {
  /** A failure while running. */
  static final int FAILURE = 1;

  /** Wrong usage or configuration. */
  static final int USAGE = 2;

  private final int code;
  private final List<String> lines;

  private ExitException(int code, List<String> lines, @Nullable Throwable cause) {
    super(String.join("; ", lines), cause);
    this.code = code;
    this.lines = List.copyOf(lines);
  }

  static ExitException failure(String line) {
    return failure(line, null);
  }

  static ExitException failure(String line, @Nullable Throwable cause) {
    return new ExitException(FAILURE, List.of(line), cause);
  }

  static ExitException usage(List<String> lines) {
    return new ExitException(USAGE, lines, null);
  }

  static ExitException usage(String line) {
    return usage(List.of(line));
  }

  int code() {
    return code;
  }

  List<String> lines() {
    return lines;
  }
}
