package io.millrace.app.events;

/** A row of a file that cannot become an event. The source continues with the next row. */
public final class BadRowException extends RuntimeException {
  private final long line;

  BadRowException(long line, String reason) {
    super(reason);
    this.line = line;
  }

  /** The line on which the row begins, from 1. */
  public long line() {
    return line;
  }

  /** What is wrong, as a sentence without a full stop. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
