package io.millrace.config.reader;

import io.millrace.config.reader.Node.Mapping;
import io.millrace.config.reader.Node.Scalar;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Applies the {@code --set KEY=VALUE} of the command line to the file. */
final class Overrides {
  /** Keys that may also be mappings, and where their plain value stands in those. */
  private static final Map<String, String> LONG_FORMS =
      Map.of("learningRate", "initial", "label", "field");

  private Overrides() {}

  static void apply(List<String> overrides, Mapping root, Faults faults) {
    for (int i = 0; i < overrides.size(); i++) {
      String argument = overrides.get(i);
      Place place = Place.override(argument, i);
      int equals = argument.indexOf('=');
      String key = argument.substring(0, Math.max(equals, 0)).strip();
      if (key.isEmpty()) {
        faults.add(place, "", "expected KEY=VALUE, such as training.batchSize=32");
      } else {
        YamlTree.parse(argument.substring(equals + 1), key, line -> place, faults)
            .ifPresent(value -> put(root, path(key), value, place));
      }
    }
  }

  /** The names of Kafka's properties have dots of their own. */
  private static List<String> path(String key) {
    boolean isKafka = key.startsWith(KafkaProperties.SECTION + ".");
    return List.of(key.split("\\.", isKafka ? 2 : -1));
  }

  private static void put(Mapping root, List<String> path, Node value, Place place) {
    Mapping section = root;
    for (String name : path.subList(0, path.size() - 1)) {
      Mapping below = below(name, section.entries().get(name), place);
      section.entries().put(name, below);
      section = below;
    }
    section.entries().put(path.get(path.size() - 1), value);
  }

  /** The next section. A short form becomes the long form, and any other value is replaced. */
  private static Mapping below(String name, @Nullable Node old, Place place) {
    if (old instanceof Mapping mapping) {
      return mapping;
    }
    Map<String, Node> entries = new LinkedHashMap<>();
    String longForm = LONG_FORMS.get(name);
    if (old instanceof Scalar && longForm != null) {
      entries.put(longForm, old);
    }
    return new Mapping(place, entries);
  }
}
