package io.millrace.app;

import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.ConfigReader;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command takes that works with a configuration file. */
final class ConfigFile {
  @Mixin private CommonOptions common = new CommonOptions();

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The configuration (YAML).")
  private Path file = Path.of("");

  MillraceConfig read() throws ConfigException {
    return ConfigReader.read(file, common.overrides(), System::getenv);
  }

  /** The whole effective configuration, as lines. */
  String describe() throws ConfigException {
    return ConfigReader.describe(file, common.overrides(), System::getenv);
  }
}
