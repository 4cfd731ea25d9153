package io.millrace.app;

import io.millrace.codec.SnapshotCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Architecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code model}: the newest snapshot, to read or as a file. */
@Command(
    name = "model",
    description = "The newest snapshot from the snapshots topic.",
    synopsisSubcommandLabel = "COMMAND")
final class ModelCommand {
  @Option(names = "--help", usageHelp = true, description = "Show this help and exit.")
  boolean help;

  @Command(name = "show", description = "Describe the newest snapshot.")
  void show(@Mixin ConfigFile configFile) throws ConfigException {
    MillraceConfig config = configFile.read();
    Snapshot snapshot = SnapshotCodec.decode(SnapshotReader.newest(config));
    Architecture shape = snapshot.architecture();
    System.out.printf(
        Locale.ROOT,
        "model            %s%nversion          %,d updates%nexamples         %,d%n"
            + "shape            %s%n"
            + "parameters       %,d, norm %.6g%n",
        snapshot.model(),
        snapshot.version(),
        snapshot.examples(),
        shape,
        shape.parameterCount(),
        snapshot.parameters().norm());
    snapshot
        .learnedThrough()
        .ifPresent(
            log ->
                System.out.printf(
                    Locale.ROOT,
                    "learned through  %s, partition %d, offset %d%n",
                    log.topic(),
                    log.partition(),
                    log.offset()));
    System.out.printf("taken            %s%n", snapshot.timestamp());
  }

  @Command(name = "export", description = "Write the newest snapshot to a file, as JSON.")
  void export(
      @Mixin ConfigFile configFile,
      @Option(names = "-o", required = true, paramLabel = "FILE", description = "The file.")
          Path file)
      throws ConfigException {
    byte[] snapshot = SnapshotReader.newest(configFile.read());
    try {
      Files.write(file, snapshot);
    } catch (IOException e) {
      throw ExitException.failure(
          "%s cannot be written: %s".formatted(file, ExitException.reason(e)), e);
    }
    Snapshot written = SnapshotCodec.decode(snapshot);
    System.err.printf(
        Locale.ROOT,
        "Wrote model %s, version %,d, to %s%n",
        written.model(),
        written.version(),
        file);
  }
}
