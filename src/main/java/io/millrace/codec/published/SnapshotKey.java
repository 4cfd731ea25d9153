package io.millrace.codec.published;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The key of a record of the snapshots topic: {@code model} for the newest snapshot of a model,
 * {@code model@version} for each that is kept. No model has a name like the latter.
 *
 * @param model the name of the model
 * @param version of a snapshot that is kept; empty for the newest
 */
public record SnapshotKey(String model, OptionalLong version) {
  /** What a name of a model must not look like. */
  private static final Pattern KEPT = Pattern.compile("(?s)(.+)@(\\d{1,18})");

  /** The newest snapshot. */
  public static SnapshotKey newest(String model) {
    return new SnapshotKey(model, OptionalLong.empty());
  }

  /** The snapshot of a version. */
  public static SnapshotKey kept(String model, long version) {
    return new SnapshotKey(model, OptionalLong.of(version));
  }

  /** Reads a key; one that a record does not have is nobody's. */
  public static Optional<SnapshotKey> read(byte @Nullable [] key) {
    if (key == null) {
      return Optional.empty();
    }
    String text = new String(key, UTF_8);
    Matcher kept = KEPT.matcher(text);
    return Optional.of(
        kept.matches() ? kept(kept.group(1), Long.parseLong(kept.group(2))) : newest(text));
  }

  public byte[] bytes() {
    return toString().getBytes(UTF_8);
  }

  @Override
  public String toString() {
    return version.isPresent() ? model + "@" + version.getAsLong() : model;
  }
}
