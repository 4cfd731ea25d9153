package io.millrace.app;

import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.ConfigReader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that reads a configuration file. */
final class ConfigFile {
  @Mixin private CommonOptions common = new CommonOptions();

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The configuration file (YAML).")
  private Path file = Path.of("");

  private ConfigReader.@Nullable Described described;

  MillraceConfig read() throws ConfigException {
    return described().config();
  }

  /** Read only once, because a pipe, as in {@code --config <(...)}, gives its content only once. */
  private ConfigReader.Described described() throws ConfigException {
    ConfigReader.Described known = described;
    if (known == null) {
      known = ConfigReader.described(file, common.overrides(), System::getenv);
      described = known;
    }
    return known;
  }

  /** The whole effective configuration, as lines. */
  String describe() throws ConfigException {
    return described().description();
  }
}
