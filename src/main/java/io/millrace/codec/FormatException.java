package io.millrace.codec;

/**
 * Bytes that are not what they should be; the message says what was expected and what was found.
 */
public final class FormatException extends RuntimeException {
  public FormatException(String message) {
    super(message);
  }

  public FormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
