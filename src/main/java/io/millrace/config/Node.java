package io.millrace.config;

import java.util.List;
import java.util.Map;

/** A piece of YAML that knows where it stands. */
sealed interface Node {
  Place place();

  /** What a fault says stands here: the text as written, never what a variable stood for. */
  String shown();

  /** The entries may be changed: the overrides are put into them. */
  record Mapping(Place place, Map<String, Node> entries) implements Node {
    @Override
    public String shown() {
      return "a mapping";
    }
  }

  record Sequence(Place place, List<Node> items) implements Node {
    @Override
    public String shown() {
      return "a list";
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
  }

  /** A key without a value, or {@code null}. */
  record Nothing(Place place) implements Node {
    @Override
    public String shown() {
      return "nothing";
    }
  }
}
