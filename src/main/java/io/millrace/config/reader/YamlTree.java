package io.millrace.config.reader;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.millrace.config.reader.Node.Mapping;
import io.millrace.config.reader.Node.Nothing;
import io.millrace.config.reader.Node.Scalar;
import io.millrace.config.reader.Node.Sequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/** Parses YAML into {@link Node}s, which keep their lines and the text of their values. */
final class YamlTree {
  private static final YAMLFactory FACTORY = new YAMLFactory();

  private final YAMLParser parser;
  private final IntFunction<Place> lines;
  private final Faults faults;

  private YamlTree(YAMLParser parser, IntFunction<Place> lines, Faults faults) {
    this.parser = parser;
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
    try (YAMLParser parser = FACTORY.createParser(yaml)) {
      return Optional.of(new YamlTree(parser, lines, faults).document(key));
    } catch (JsonProcessingException e) {
      YamlProblem problem = YamlProblem.of(e);
      faults.add(lines.apply(problem.line()), key, "not YAML: " + problem.text());
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("Reading a text cannot fail", e);
    }
  }

  private Node document(String key) throws IOException {
    if (parser.nextToken() == null) {
      return new Nothing(lines.apply(1));
    }
    Node root = node(place(), key);
    if (parser.nextToken() != null) {
      faults.add(place(), key, "a second YAML document starts here; only one is read");
    }
    return root;
  }

  /** The node at the current token. It stands where its key does. */
  private Node node(Place place, String key) throws IOException {
    // The parser tells of an anchor at mappings and lists only; at a value it does no harm.
    if (parser.isCurrentAlias() || parser.getObjectId() != null) {
      faults.add(place, key, "YAML anchors (&name) and aliases (*name) are not read; repeat it");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> mapping(place, key);
      case START_ARRAY -> sequence(place, key);
      case VALUE_NULL -> new Nothing(place);
      default -> new Scalar(place, parser.getText());
    };
  }

  private Mapping mapping(Place place, String path) throws IOException {
    Map<String, Node> entries = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      String key = Section.join(path, name);
      Place here = place();
      parser.nextToken();
      Node first = entries.putIfAbsent(name, node(here, key));
      if (first != null) {
        faults.add(here, key, "given twice, the first time at " + first.place().text());
      }
    }
    return new Mapping(place, entries);
  }

  private Sequence sequence(Place place, String key) throws IOException {
    List<Node> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(node(place(), Section.join(key, Section.element(items.size()))));
    }
    return new Sequence(place, items);
  }

  private Place place() {
    return lines.apply(parser.currentTokenLocation().getLineNr());
  }
}
