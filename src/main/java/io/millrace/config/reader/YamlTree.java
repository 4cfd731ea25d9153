package io.millrace.config.reader;

import io.millrace.config.reader.Node.Mapping;
import io.millrace.config.reader.Node.Nothing;
import io.millrace.config.reader.Node.Scalar;
import io.millrace.config.reader.Node.Sequence;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Parses YAML into {@link Node}s, which keep their lines and the text of their values. */
final class YamlTree {
  private final IntFunction<Place> lines;
  private final Faults faults;

  private YamlTree(IntFunction<Place> lines, Faults faults) {
    this.lines = lines;
    this.faults = faults;
  }

  /**
   * The one document in the text, {@link Nothing} when there is none.
   *
   * @param key under which it stands
   * @param lines the place of each line
   * @return empty when the text is not YAML, which is among the faults then
   */
  static Optional<Node> parse(String yaml, String key, IntFunction<Place> lines, Faults faults) {
    try {
      return Optional.of(new YamlTree(lines, faults).document(yaml, key));
    } catch (YAMLException e) {
      Mark mark = e instanceof MarkedYAMLException marked ? marked.getProblemMark() : null;
      int line = mark == null ? 1 : mark.getLine() + 1;
      faults.add(lines.apply(line), key, "invalid YAML: " + problem(e));
      return Optional.empty();
    }
  }

  private static String problem(YAMLException e) {
    String text =
        e instanceof MarkedYAMLException marked
            ? marked.getProblem()
            : String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    // The name of an alias may be a secret that starts with an asterisk and has no quotes.
    text = text.replaceFirst("^(found undefined (alias|tag handle)).*", "$1");
    text = text.replaceFirst("\\. \\(Do not use [^\\\\].*", ""); // the same text is used for @
    return text.endsWith("got {")
        ? text + " (inside { } or [ ] write \"${NAME}\" with quotes)"
        : text;
  }

  private Node document(String yaml, String key) {
    Iterator<org.yaml.snakeyaml.nodes.Node> documents =
        new Yaml().composeAll(new StringReader(yaml)).iterator();
    if (!documents.hasNext()) {
      return new Nothing(lines.apply(1));
    }
    org.yaml.snakeyaml.nodes.Node first = documents.next();
    Node root = node(first, place(first), key);
    if (documents.hasNext()) {
      Place second = place(documents.next());
      faults.add(second, key, "a second YAML document starts here, but only one is allowed");
    }
    return root;
  }

  /** An entry stands where its key does. */
  private Node node(org.yaml.snakeyaml.nodes.Node yaml, Place place, String key) {
    if (yaml.getAnchor() != null) { // an alias is the same node again, so it may hold itself
      faults.add(
          place,
          key,
          "YAML anchors (&name) and aliases (*name) are not supported: repeat the value");
      return new Nothing(place);
    }
    if (yaml instanceof MappingNode mapping) {
      return mapping(mapping, place, key);
    }
    if (yaml instanceof SequenceNode sequence) {
      List<Node> items = new ArrayList<>();
      for (org.yaml.snakeyaml.nodes.Node item : sequence.getValue()) {
        items.add(node(item, place(item), Section.join(key, Section.element(items.size()))));
      }
      return new Sequence(place, items);
    }
    return yaml.getTag().equals(Tag.NULL)
        ? new Nothing(place)
        : new Scalar(place, ((ScalarNode) yaml).getValue());
  }

  private Mapping mapping(MappingNode mapping, Place place, String path) {
    Map<String, Node> entries = new LinkedHashMap<>();
    for (NodeTuple entry : mapping.getValue()) {
      Place here = place(entry.getKeyNode());
      if (entry.getKeyNode() instanceof ScalarNode name) {
        String key = Section.join(path, name.getValue());
        Node first = entries.putIfAbsent(name.getValue(), node(entry.getValueNode(), here, key));
        if (first != null) {
          faults.add(here, key, "given twice, first at " + first.place().text());
        }
      } else {
        faults.add(here, path, "a key must be a name, not a list or a mapping");
      }
    }
    return new Mapping(place, entries);
  }

  private Place place(org.yaml.snakeyaml.nodes.Node yaml) {
    return lines.apply(yaml.getStartMark().getLine() + 1);
  }
}
