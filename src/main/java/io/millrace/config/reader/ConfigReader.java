package io.millrace.config.reader;

import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.Node.Mapping;
import io.millrace.config.reader.Node.Nothing;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a configuration. Every method takes the overrides, which are the {@code KEY=VALUE} of
 * {@code --set}, and the environment, for {@code ${NAME}} and {@code ${NAME:default}}. It fails
 * with all faults at once.
 */
public final class ConfigReader {
  private record Read(MillraceConfig config, List<String> description) {}

  /**
   * A configuration and what {@link #describe} says of it.
   *
   * @param description lines, joined
   */
  public record Described(MillraceConfig config, String description) {}

  private ConfigReader() {}

  /** The configuration in a file. The files it names are relative to its folder. */
  public static MillraceConfig read(
      Path file, List<String> overrides, Function<String, @Nullable String> environment)
      throws ConfigException {
    return read(ConfigSource.of(file), overrides, environment).config();
  }

  /** Both of a file that is read only once. */
  public static Described described(
      Path file, List<String> overrides, Function<String, @Nullable String> environment)
      throws ConfigException {
    Read read = read(ConfigSource.of(file), overrides, environment);
    return new Described(read.config(), String.join("\n", read.description()));
  }

  /**
   * The configuration in a text. The files it names are relative to the working directory.
   *
   * @param name the name of the text in faults
   */
  public static MillraceConfig read(
      String yaml,
      String name,
      List<String> overrides,
      Function<String, @Nullable String> environment)
      throws ConfigException {
    ConfigSource source = new ConfigSource(name, yaml, Path.of("").toAbsolutePath());
    return read(source, overrides, environment).config();
  }

  /**
   * The whole effective configuration of a file, in lines like the file's with the defaults filled
   * in. Secrets are hidden, and a value with a variable is shown as written.
   */
  public static String describe(
      Path file, List<String> overrides, Function<String, @Nullable String> environment)
      throws ConfigException {
    return described(file, overrides, environment).description();
  }

  private static Read read(
      ConfigSource source, List<String> overrides, Function<String, @Nullable String> environment)
      throws ConfigException {
    Reading reading = new Reading(new Faults(), new Variables(environment));
    Mapping tree = tree(source, reading.faults());
    Overrides.apply(overrides, tree, reading.faults());
    KafkaProperties.flatten(tree, reading.faults());
    MillraceConfig config = new ConfigSections(source.folder()).read(Section.root(reading, tree));
    reading.keys().reportUnknown(reading.faults());
    reading.faults().throwIfAny();
    return new Read(config, reading.description());
  }

  /** The content of the file. If it is not a mapping, nothing else is checked. */
  private static Mapping tree(ConfigSource source, Faults faults) throws ConfigException {
    Node root =
        YamlTree.parse(source.yaml(), "", line -> Place.line(source.name(), line), faults)
            .orElseThrow(faults::exception);
    if (root instanceof Mapping mapping) {
      return mapping;
    }
    String problem =
        root instanceof Nothing ? "is empty" : "starts with " + Secrets.showText("", root.shown());
    faults.add(
        root.place(), "", problem + "; expected keys with values, such as application: flights");
    throw faults.exception();
  }
}
