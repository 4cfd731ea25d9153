package io.millrace.topology;

import io.millrace.config.ExampleConfig;
import io.millrace.config.MillraceConfig;
import io.millrace.example.Cycle;
import io.millrace.example.Feature;
import io.millrace.example.Features;
import io.millrace.example.Target;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The meaning of the inputs and the label of a model, as lines of the configuration. It is kept
 * with the state: a model must not continue with inputs of another meaning, even if their number is
 * the same.
 */
final class Mapping {
  /** The header of a mini-batch with the {@linkplain #digest digest} of where it came from. */
  static final String HEADER = "millrace.mapping";

  private static final int DIGEST_BYTES = 8;

  private Mapping() {}

  /**
   * A short text that identifies the mapping and the application. Another application reads the
   * examples again from their beginning, so it must not also learn the mini-batches of the first
   * one.
   */
  static String digest(MillraceConfig config) {
    try {
      String text = config.application() + "\n" + String.join("\n", of(config.example()));
      byte[] lines = text.getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(lines);
      return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** A line for each entry of the features, and one for the label; empty for the vector form. */
  static List<String> of(ExampleConfig example) {
    if (!(example.features() instanceof Features.Named named)) {
      return List.of();
    }
    List<String> lines = new ArrayList<>(named.features().stream().map(Mapping::line).toList());
    lines.add(line(example.label()));
    return List.copyOf(lines);
  }

  private static String line(Feature feature) {
    String field = feature.field().text();
    if (feature instanceof Feature.OneHot oneHot) {
      return String.format(Locale.ROOT, "%s, oneHot: %s", field, oneHot.values());
    }
    if (feature instanceof Feature.Hashed hashed) {
      return String.format(Locale.ROOT, "%s, hash: %d", field, hashed.inputs());
    }
    if (feature instanceof Feature.Time time) {
      String cycles = time.cycles().stream().map(Cycle::text).collect(Collectors.joining(", "));
      return String.format(
          Locale.ROOT,
          "%s, time: [%s], zone: %s",
          field,
          cycles,
          time.zone().normalized() instanceof ZoneOffset offset && offset.getTotalSeconds() == 0
              ? "UTC"
              : time.zone().getId());
    }
    Feature.Numeric number = (Feature.Numeric) feature;
    return number.missing().isPresent()
        ? String.format(Locale.ROOT, "%s, missing: %s", field, number.missing().getAsDouble())
        : field;
  }

  private static String line(Target label) {
    String field = "label: " + label.field().text();
    if (label instanceof Target.Above above) {
      return String.format(Locale.ROOT, "%s, above: %s", field, above.threshold());
    }
    return label instanceof Target.Classes classes
        ? String.format(Locale.ROOT, "%s, classes: %s", field, classes.classes())
        : field;
  }
}
