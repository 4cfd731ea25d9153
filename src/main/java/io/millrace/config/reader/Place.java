package io.millrace.config.reader;

/**
 * The place of a value.
 *
 * @param text for the user: {@code flights.yaml:14} or {@code --set threads=0}
 * @param order of the places among each other; the overrides follow the lines of the file
 */
record Place(String text, int order) {
  private static final int FIRST_OVERRIDE = 1 << 30;

  static Place line(String file, int line) {
    return new Place(file + ":" + line, line);
  }

  static Place override(String argument, int index) {
    return new Place("--set " + Secrets.mask(argument), FIRST_OVERRIDE + index);
  }

  boolean isOverride() {
    return order >= FIRST_OVERRIDE;
  }
}
