package io.millrace.app.events;

/** A row of a file that cannot become an event. The source goes on with the next row. */
public final class BadRowException extends RuntimeException {
  private final long line;

  BadRowException(long line, String reason) {
    super(reason);
    this.line = line;
  }

  /** Where the row begins, from 1. */
  public long line() {
    return line;
  }

  /** What is wrong with it, a sentence without its end. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
