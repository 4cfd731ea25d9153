package io.millrace.config.reader;

import io.millrace.config.reader.Node.Mapping;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * The known keys: every key that the code has read, with its section. So there is no separate list
 * of keys.
 */
final class Keys {
  private record Key(String section, String name) {
    String path() {
      return Section.join(section, name);
    }
  }

  private record Opened(String path, Mapping mapping) {}

  private final Set<Key> known = new LinkedHashSet<>();
  private final List<Opened> sections = new ArrayList<>();

  void opened(String section, Mapping mapping) {
    sections.add(new Opened(section, mapping));
  }

  void asked(String section, String name) {
    known.add(new Key(section, name));
  }

  /** Adds a fault for each key that the code has not read. */
  void reportUnknown(Faults faults) {
    for (Opened section : sections) {
      section
          .mapping()
          .entries()
          .forEach(
              (name, node) -> {
                Key key = new Key(section.path(), name);
                if (!known.contains(key)) {
                  faults.add(node.place(), key.path(), "unknown key; " + suggestion(key));
                }
              });
    }
  }

  private String suggestion(Key wrong) {
    Key nearest =
        known.stream()
            .min(Comparator.comparingInt(key -> distance(wrong, key)))
            .orElseThrow(() -> new IllegalStateException("No key is known"));
    if (nearest.path().equals(wrong.path())) { // the section belongs on a line of its own
      return "write " + nearest.name() + ": under " + nearest.section() + ":";
    }
    boolean isNear = distance(wrong, nearest) <= Math.max(2, wrong.name().length() / 3);
    return isNear
        ? "did you mean " + nearest.path() + "?"
        : "the nearest known key is " + nearest.path();
  }

  /** The right name in another section is as close as one wrong letter in the right section. */
  private static int distance(Key wrong, Key known) {
    int otherSection = wrong.section().equals(known.section()) ? 0 : 1;
    return Math.min(
        distance(wrong.name(), known.name()) + otherSection, distance(wrong.path(), known.path()));
  }

  private static int distance(String a, String b) {
    return LevenshteinDistance.getDefaultInstance().apply(letters(a), letters(b));
  }

  /** {@code batch_size}, {@code batch-size} and {@code BatchSize} are meant as batchSize. */
  private static String letters(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
  }
}
