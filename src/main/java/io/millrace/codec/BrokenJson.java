package io.millrace.codec;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Says in plain words what a JSON parser found broken: where, what stands there, and what was
 * expected. Jackson's own messages name its Java settings.
 */
final class BrokenJson {
  /** A pattern in Jackson's message, and what it means. */
  private record Rule(Pattern pattern, String meaning) {
    static Rule of(String pattern, String meaning) {
      return new Rule(Pattern.compile(pattern, Pattern.DOTALL), meaning);
    }
  }

  /** Applied one after the other. A message that fits no rule stays as it is. */
  private static final List<Rule> RULES =
      List.of(
          Rule.of("\\[Source: .*?; line: (\\d+), column: (\\d+)]", "line $1, column $2"),
          Rule.of(": enable `[^`]*` to allow| \\(or 'NaN'/'\\+INF'/'-INF'\\)", ""),
          Rule.of(
              "Unexpected end-of-input: expected close marker for (\\w+) \\(start marker at (.*)\\)",
              "it ends too early, the $1 that starts at $2 is not closed"),
          Rule.of("Unexpected end-of-input.*", "it ends too early"),
          Rule.of(
              "Unexpected character \\('(.)' \\(code \\d+.*?\\)\\)(?: in numeric value)?:",
              "unexpected '$1',"),
          Rule.of("Unrecognized token '(.*)': was expecting .*", "'$1' is not a JSON value"),
          Rule.of(
              "Unexpected close marker '(.)': expected '(.)' \\(for (\\w+) starting at (.*)\\)",
              "unexpected '$1', expected '$2' to close the $3 that starts at $4"),
          Rule.of(
              "Illegal unquoted character \\(\\(CTRL-CHAR, code (\\d+)\\)\\).*",
              "the control character $1 in a text must be escaped"),
          Rule.of(
              "Illegal character \\(\\(CTRL-CHAR, code (\\d+)\\)\\).*",
              "unexpected control character $1"),
          Rule.of("Unrecognized character escape '(.)'.*", "unknown escape sequence '$1'"),
          Rule.of(
              "Document nesting depth .* maximum allowed \\((\\d+),.*",
              "it is nested deeper than $1 levels"),
          Rule.of("Invalid UTF-8.*", "the bytes are not UTF-8"),
          Rule.of("Duplicate field '(.*)'", "the field '$1' occurs twice"),
          Rule.of("was expecting", "expected"),
          Rule.of("double-quote to start field name", "a field name in double quotes"),
          Rule.of("comma to separate (\\w+) entries", "a comma or the end of the $1"),
          Rule.of("a colon to separate field name and value", "a colon after the field name"),
          Rule.of("a valid value \\(JSON String.*", "a value"),
          Rule.of(
              "Invalid numeric value: Leading zeroes not allowed",
              "a number must not have leading zeros"),
          Rule.of(
              "(\\w+) (?:point|indicator) not followed by a digit",
              "expected a digit after the $1"),
          Rule.of(
              "JSON spec does not allow numbers to have plus signs",
              "a number must not start with a plus sign"),
          Rule.of(
              "expected digit \\(0-9\\) to follow minus sign.*",
              "expected a digit after the minus sign"));

  private BrokenJson() {}

  static String describe(JacksonException e) {
    String message = Objects.requireNonNullElse(e.getOriginalMessage(), "");
    for (Rule rule : RULES) {
      message = rule.pattern.matcher(message).replaceAll(rule.meaning);
    }
    String plain =
        message
            .replace("the Object", "the object")
            .replace("the Array", "the array")
            .replace("the Decimal", "the decimal point")
            .replace("the Exponent", "the exponent");
    JsonLocation place = e.getLocation();
    return place == null
        ? "Broken JSON: " + plain
        : String.format(
            Locale.ROOT,
            "Broken JSON at line %d, column %d: %s",
            place.getLineNr(),
            place.getColumnNr(),
            plain);
  }
}
