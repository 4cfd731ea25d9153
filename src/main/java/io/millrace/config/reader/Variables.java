package io.millrace.config.reader;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import org.apache.commons.text.StringSubstitutor;
import org.jspecify.annotations.Nullable;

/**
 * Replaces {@code ${NAME}} and {@code ${NAME:default}}; {@code $${NAME}} stays as {@code ${NAME}}.
 * A default is plain text, without variables. The value of a variable is not searched for
 * variables: it may be a password with a dollar sign.
 */
final class Variables {
  private final Function<String, @Nullable String> environment;

  Variables(Function<String, @Nullable String> environment) {
    this.environment = environment;
  }

  /** The text with its variables replaced, and the names of those that have no value. */
  record Replaced(String text, Set<String> undefined) {}

  Replaced replace(String text) {
    Set<String> undefined = new LinkedHashSet<>();
    StringSubstitutor substitutor =
        new StringSubstitutor(variable -> value(variable, undefined))
            // The default is split off here instead: only so can a missing one be told.
            .setValueDelimiter("")
            .setDisableSubstitutionInValues(true);
    return new Replaced(substitutor.replace(text), undefined);
  }

  private String value(String variable, Set<String> undefined) {
    int colon = variable.indexOf(':');
    String name = colon < 0 ? variable : variable.substring(0, colon);
    String value = environment.apply(name);
    if (value != null) {
      return value;
    }
    if (colon < 0) {
      undefined.add(name);
    }
    return variable.substring(colon + 1);
  }
}
