package io.millrace.docs;

import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.ConfigReader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Configurations as YAML texts: read, described, merged and taken apart into keys. */
final class Settings {
  private Settings() {}

  /** Whatever a page takes from the environment is set. */
  static @Nullable String environment(String name) {
    return "the-" + name;
  }

  static MillraceConfig read(String yaml, String name) throws ConfigException {
    return ConfigReader.read(yaml, name, List.of(), Settings::environment);
  }

  /** What {@code check} prints of a file, value by full key. A list counts as one value. */
  static Map<String, String> describe(Path file) throws ConfigException {
    return keys(ConfigReader.describe(file, List.of(), Settings::environment));
  }

  /** The values of a text by their full keys. */
  static Map<String, String> keys(String yaml) {
    Map<String, String> keys = new LinkedHashMap<>();
    flatten("", tree(yaml), keys);
    return keys;
  }

  private static void flatten(String path, Map<String, Object> tree, Map<String, String> keys) {
    tree.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?>) {
            flatten(path + name + ".", branch(value), keys);
          } else {
            keys.put(path + name, String.valueOf(value));
          }
        });
  }

  /** A configuration with a fragment laid over it. */
  static String merged(String base, String fragment) {
    Map<String, Object> tree = tree(base);
    merge(tree, tree(fragment));
    return new Yaml().dump(tree);
  }

  private static void merge(Map<String, Object> into, Map<String, Object> from) {
    from.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> && into.get(name) instanceof Map<?, ?> below) {
            Map<String, Object> copy = branch(below);
            merge(copy, branch(value));
            into.put(name, copy);
          } else {
            into.put(name, value);
          }
        });
  }

  /** A configuration without one of its keys. */
  static String without(String yaml, String key) {
    Map<String, Object> tree = tree(yaml);
    remove(tree, key);
    return new Yaml().dump(tree);
  }

  /** The names of Kafka's properties have dots of their own. */
  private static void remove(Map<String, Object> tree, String key) {
    if (tree.remove(key) == null) {
      int dot = key.indexOf('.');
      String name = key.substring(0, dot);
      Map<String, Object> below = branch(tree.get(name));
      remove(below, key.substring(dot + 1));
      tree.put(name, below);
    }
  }

  private static Map<String, Object> tree(String yaml) {
    return branch(new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml));
  }

  private static Map<String, Object> branch(@Nullable Object node) {
    Map<String, Object> branch = new LinkedHashMap<>();
    if (node instanceof Map<?, ?> map) {
      map.forEach((name, value) -> branch.put(String.valueOf(name), value));
    }
    return branch;
  }
}
