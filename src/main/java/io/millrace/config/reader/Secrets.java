package io.millrace.config.reader;

import java.util.regex.Pattern;

/** Hides the values that must not be shown. */
public final class Secrets {
  static final String HIDDEN = "[hidden]";
  private static final String NONE = "none";

  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "passw|passphrase|secret|token|jaas|key|credential|user\\.info",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern USER_IN_URL = Pattern.compile("//[^/\\s]*@");

  private Secrets() {}

  /** The value as it may be shown under that name; {@code none} is no secret. */
  static String show(String name, String value) {
    if (value.equals(NONE)) {
      return value;
    }
    return isSecret(name) || USER_IN_URL.matcher(value).find() ? HIDDEN : value;
  }

  /** As {@link #show}, where the value may be a text that was meant to be keys with values. */
  static String showText(String name, String value) {
    return isSecret(value) ? HIDDEN : show(name, value);
  }

  /**
   * A {@code KEY=VALUE} argument as it may be shown. A secret may also be named inside the value,
   * as in {@code kafka={ssl.key.password: ...}}, or follow something else than an equals sign.
   */
  public static String mask(String argument) {
    int equals = argument.indexOf('=');
    String key = argument.substring(0, Math.max(equals, 0));
    if (show(argument, argument).equals(argument)) {
      return argument;
    }
    return key.isEmpty() ? HIDDEN : key + "=" + HIDDEN;
  }

  private static boolean isSecret(String name) {
    return SECRET_NAME.matcher(name).find();
  }
}
