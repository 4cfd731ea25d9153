package io.millrace.config.reader;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A piece of YAML with its place. */
sealed interface Node {
  Place place();

  /** The text for a fault: as written, never the value of a variable. */
  String shown();

  /** The YAML on one line, as written but for the quotes. */
  String flow();

  /** The entries are mutable, because overrides change them. */
  record Mapping(Place place, Map<String, Node> entries) implements Node {
    @Override
    public String shown() {
      return "a mapping";
    }

    @Override
    public String flow() {
      return entries.entrySet().stream()
          .map(entry -> Scalar.quoted(entry.getKey()) + ": " + entry.getValue().flow())
          .collect(Collectors.joining(", ", "{", "}"));
    }
  }

  record Sequence(Place place, List<Node> items) implements Node {
    @Override
    public String shown() {
      return "a list";
    }

    @Override
    public String flow() {
      return items.stream().map(Node::flow).collect(Collectors.joining(", ", "[", "]"));
    }
  }

  /** A plain or quoted value; the variables in the text are not replaced yet. */
  record Scalar(Place place, String text) implements Node {
    private static final int LONGEST_SHOWN = 100;

    @Override
    public String shown() {
      boolean isLong = text.length() > LONGEST_SHOWN;
      return '"' + (isLong ? text.substring(0, LONGEST_SHOWN) + "..." : text) + '"';
    }

    @Override
    public String flow() {
      return quoted(text);
    }

    /** The text as it may stand inside a list, with quotes where YAML needs them. */
    static String quoted(String text) {
      boolean isPlain =
          text.matches(
                  "[^\\s\\p{Cntrl}\\p{Punct}][^\\p{Cntrl},\\[\\]{}:#'\"]*(?<! )|[-+./]\\d[.\\d]*|/[\\w/~]+")
              && !text.matches("(?i)null");
      return isPlain ? text : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
  }

  /** A key without a value, or {@code null}. */
  record Nothing(Place place) implements Node {
    @Override
    public String shown() {
      return "nothing";
    }

    @Override
    public String flow() {
      return "null";
    }
  }
}
