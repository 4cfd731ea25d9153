package io.millrace.config;

/**
 * One thing wrong with a configuration.
 *
 * @param key the full key, such as {@code training.batchSize}; empty if no single key is wrong
 * @param where the file with the line, or the override
 * @param message what is wrong and what to write instead
 */
public record Fault(String key, String where, String message) {

  /** The fault as one readable line. */
  @Override
  public String toString() {
    String line = where + ": " + (key.isEmpty() ? "" : key + ": ") + message;
    return line.replaceAll("\\p{Cntrl}+", " ");
  }
}
