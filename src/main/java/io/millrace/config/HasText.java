package io.millrace.config;

import java.util.Locale;

/** An enum whose constants the configuration spells {@code in-lower-case}. */
public interface HasText {
  String name();

  /** The spelling in the configuration. */
  default String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
