package io.millrace.config.reader;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the YAML parser says, as one line. Its own message has several: the context, the problem,
 * and below each the position and the piece of YAML, indented. The problem comes last.
 */
record YamlProblem(int line, String text) {
  private static final Pattern POSITION = Pattern.compile("^ in '.*', line (\\d+), column \\d+:?$");

  static YamlProblem of(JsonProcessingException e) {
    int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
    String text = "";
    for (String part : e.getOriginalMessage().lines().toList()) {
      Matcher position = POSITION.matcher(part);
      if (position.matches()) {
        line = Integer.parseInt(position.group(1));
      } else if (!part.isEmpty() && !part.startsWith(" ")) {
        text = part;
      }
    }
    return new YamlProblem(line, withoutInternals(text) + hint(text));
  }

  private static String withoutInternals(String text) {
    return text.replaceFirst(", got this instead.*", "")
        .replaceFirst("\\. \\(Do not use [^\\\\].*", ""); // it says so of @, too
  }

  private static String hint(String text) {
    return text.endsWith("got {") ? " (inside { } or [ ] write \"${NAME}\" with quotes)" : "";
  }
}
