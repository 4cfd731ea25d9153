package io.millrace.config.reader;

import io.millrace.config.reader.Node.Mapping;
import io.millrace.config.reader.Node.Nothing;
import io.millrace.config.reader.Node.Scalar;
import io.millrace.config.reader.Node.Sequence;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One section of the configuration, read key by key. A missing or wrong value adds a fault and
 * gives the default, so that reading continues to the next fault.
 */
final class Section {
  private final Reading reading;
  private final String path;
  private final Mapping mapping;

  /** False inside a list, which is described as a whole. */
  private final boolean describes;

  private Section(Reading reading, String path, Mapping mapping, boolean describes) {
    this.reading = reading;
    this.path = path;
    this.mapping = mapping;
    this.describes = describes;
    reading.keys().opened(path, mapping);
  }

  static Section root(Reading reading, Mapping mapping) {
    return new Section(reading, "", mapping, true);
  }

  static String join(String section, String name) {
    return section.isEmpty() || name.startsWith("[") ? section + name : section + "." + name;
  }

  /** The name of an element, so that its key is {@code list[i]}. */
  static String element(int i) {
    return "[" + i + "]";
  }

  /** The section below; one that is absent or has no content is all defaults. */
  Section section(String name) {
    Node node = ask(name);
    describe(name, "");
    if (node instanceof Mapping below) {
      return new Section(reading, path(name), below, describes);
    }
    if (node != null && !(node instanceof Nothing) && isSound(name)) {
      fault(name, "expected a mapping of keys, got " + Secrets.showText(path(name), node.shown()));
    }
    return new Section(
        reading, path(name), new Mapping(place(name), new LinkedHashMap<>()), describes);
  }

  /** The list below, as a section with an {@linkplain #element element} for each item. */
  Section list(String name) {
    Map<String, Node> elements = new LinkedHashMap<>();
    if (ask(name) instanceof Sequence sequence) {
      describe(name, sequence);
      for (Node item : sequence.items()) {
        elements.put(element(elements.size()), item);
      }
    }
    return new Section(reading, path(name), new Mapping(place(name), elements), false);
  }

  Set<String> names() {
    return mapping.entries().keySet();
  }

  boolean has(String name) {
    return ask(name) != null;
  }

  boolean isMapping(String name) {
    return ask(name) instanceof Mapping;
  }

  boolean isList(String name) {
    return ask(name) instanceof Sequence;
  }

  /** Uses the value of a key in another section if this key is absent. */
  void inherit(String name, Section from, String source) {
    Node node = from.ask(source);
    if (node != null && from.isSound(source)) {
      mapping.entries().putIfAbsent(name, node);
    }
  }

  /**
   * The value of a key.
   *
   * @param fallback the default, spelled as in a file
   */
  <T> T read(String name, String fallback, Type<T> type) {
    Node node = ask(name);
    describe(name, node instanceof Scalar scalar ? scalar.text() : fallback);
    Optional<String> text =
        node != null && isSound(name) ? text(name, node, fallback, type) : Optional.empty();
    if (text.isPresent()) {
      try {
        return type.read().apply(text.get());
      } catch (Type.Broken e) {
        fault(name, e.getMessage() + ", got " + shown(name));
      } catch (IllegalArgumentException e) {
        fault(name, "expected " + type.expected() + ", got " + shown(name));
      }
    }
    return type.read().apply(fallback);
  }

  /**
   * The value of a key that must be there.
   *
   * @param example shown when it is not
   */
  <T> T required(String name, String example, Type<T> type) {
    boolean isPartOfFault = !path.isEmpty() && reading.faults().has(path);
    if (!has(name) && !isPartOfFault) {
      fault(name, "missing" + advice(name, example));
    }
    return read(name, example, type);
  }

  void fault(String name, String message) {
    reading.faults().add(place(name), path(name), message);
  }

  /**
   * Adds a fault if several values do not fit together, at the first key that is written. Does
   * nothing if one of the values is already wrong.
   */
  void rule(boolean isKept, String message, String... names) {
    if (!isKept && List.of(names).stream().allMatch(this::isSound)) {
      fault(List.of(names).stream().filter(this::has).findFirst().orElse(names[0]), message);
    }
  }

  /** The value of a key for a fault. Secrets are hidden. */
  String shown(String name) {
    Node node = ask(name);
    return node == null ? "nothing" : Secrets.show(path(name), node.shown());
  }

  /** The text of a plain value with its variables replaced; empty when there is a fault instead. */
  private Optional<String> text(String name, Node node, String example, Type<?> type) {
    if (node instanceof Nothing) {
      fault(name, "has no value" + advice(name, example));
    } else if (node instanceof Scalar scalar) {
      Variables.Replaced replaced = reading.variables().replace(scalar.text());
      if (replaced.undefined().isEmpty()) {
        return Optional.of(replaced.text());
      }
      String variables = String.join(", ", replaced.undefined());
      fault(name, "not set in the environment, and has no default: " + variables);
    } else {
      fault(name, "expected " + type.expected() + ", got " + shown(name));
    }
    return Optional.empty();
  }

  private String advice(String name, String example) {
    String under = path.isEmpty() ? "" : " under " + path + ":";
    return example.isEmpty() || name.startsWith("[")
        ? ""
        : "; write for example " + name + ": " + example + under;
  }

  /** On one line, or where the list has mappings one line an item. */
  private void describe(String name, Sequence list) {
    if (list.items().stream().noneMatch(Mapping.class::isInstance)) {
      describe(name, list.flow());
    } else if (describes) {
      describe(name, "");
      String indent = "  ".repeat(2 + (int) path.chars().filter(c -> c == '.').count());
      list.items().forEach(item -> reading.description().add(indent + "- " + item.flow()));
    }
  }

  private void describe(String name, String text) {
    if (!describes) {
      return;
    }
    long depth = path.isEmpty() ? 0 : 1 + path.chars().filter(c -> c == '.').count();
    String shown = Secrets.show(name, text).replaceAll("\\p{Cntrl}+", " ");
    reading.description().add("  ".repeat((int) depth) + (name + ": " + shown).stripTrailing());
  }

  /** Whether no fault was found at the key, or below it, so far. */
  boolean isSound(String name) {
    return !reading.faults().hasWithin(path(name));
  }

  private @Nullable Node ask(String name) {
    reading.keys().asked(path, name);
    return mapping.entries().get(name);
  }

  private Place place(String name) {
    Node node = ask(name);
    return node == null ? mapping.place() : node.place();
  }

  private String path(String name) {
    return join(path, name);
  }
}
