package io.millrace.app;

import io.millrace.app.kafka.CostReader;
import io.millrace.app.kafka.KafkaClients;
import io.millrace.app.kafka.SnapshotReader;
import io.millrace.app.process.ExitException;
import io.millrace.app.process.Version;
import io.millrace.codec.FormatException;
import io.millrace.codec.published.OnnxCodec;
import io.millrace.codec.published.OnnxCodec.Precision;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Architecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code model}: shows, lists and exports the snapshots of a model, and rolls back to one. */
@Command(
    name = "model",
    description = "Show, list or export snapshots of the model, or roll back to one.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = ModelRollback.class)
final class ModelCommand {
  private static final String WHICH = "The version. Default: the newest snapshot.";

  /** The format of an exported file. */
  private enum FileFormat {
    json,
    onnx
  }

  @Option(names = "--help", usageHelp = true, description = "Show this help and exit.")
  boolean help;

  @Command(name = "show", description = "Describe a snapshot.")
  void show(
      @Mixin ConfigFile configFile,
      @Option(names = "--version", paramLabel = "V", description = WHICH) @Nullable Long version)
      throws ConfigException {
    MillraceConfig config = configFile.read();
    Snapshot snapshot = SnapshotReader.decode(SnapshotReader.read(config, version), config);
    Architecture shape = snapshot.architecture();
    print("model            %s", snapshot.model());
    print("version          %,d updates", snapshot.version());
    print("examples         %,d", snapshot.examples());
    print("shape            %s", shape);
    print(
        "parameters       %,d, norm %.6g",
        shape.parameterCount() + (long) shape.hidden() * snapshot.parameters().sparse().count(),
        snapshot.parameters().norm());
    snapshot
        .learnedThrough()
        .ifPresent(
            log ->
                print(
                    "learned through  %s, partition %d, offset %d",
                    log.topic(), log.partition(), log.offset()));
    snapshot
        .rollback()
        .ifPresent(
            last ->
                print(
                    "rollback         to version %,d, which made version %,d",
                    last.to(), last.version()));
    print("published        %s", snapshot.timestamp());
  }

  @Command(
      name = "list",
      description =
          "List the snapshots on the topic, oldest first. publish.keep sets how many are kept.")
  void list(@Mixin ConfigFile configFile) throws ConfigException {
    MillraceConfig config = configFile.read();
    KafkaClients clients = new KafkaClients(config);
    clients.requireReadable(config.topics().snapshots(), config.topics().costs());
    SnapshotReader snapshots = SnapshotReader.read(config, clients);
    snapshots.requireNewest(config);
    Map<Long, Double> costs = CostReader.read(config, clients, snapshots);
    print("%10s  %-24s  %14s  %8s", "version", "published", "examples", "cost");
    for (byte[] each : snapshots.byVersion().values()) {
      Snapshot snapshot = SnapshotReader.decode(each, config);
      Double cost = costs.get(snapshot.version());
      print(
          "%,10d  %-24s  %,14d  %8s%s",
          snapshot.version(),
          snapshot.timestamp(),
          snapshot.examples(),
          cost == null ? "" : String.format(Locale.ROOT, "%.4f", cost),
          snapshot
              .rollback()
              .filter(last -> last.version() == snapshot.version())
              .map(last -> String.format(Locale.ROOT, "  rollback to %,d", last.to()))
              .orElse(""));
    }
  }

  @Command(name = "export", description = "Write a snapshot to a file.")
  void export(
      @Mixin ConfigFile configFile,
      @Option(names = "-o", required = true, paramLabel = "FILE", description = "The file.")
          Path file,
      @Option(
              names = "--format",
              defaultValue = "json",
              description =
                  "${COMPLETION-CANDIDATES}: the published snapshot (for"
                      + " model.initialParameters), or a file for ONNX runtimes;"
                      + " default: ${DEFAULT-VALUE}.")
          FileFormat format,
      @Option(
              names = "--precision",
              defaultValue = "float64",
              description =
                  "ONNX only: the type of input and output, ${COMPLETION-CANDIDATES};"
                      + " default: ${DEFAULT-VALUE}.")
          Precision precision,
      @Option(names = "--version", paramLabel = "V", description = WHICH) @Nullable Long version)
      throws ConfigException {
    MillraceConfig config = configFile.read();
    byte[] published = SnapshotReader.read(config, version);
    Snapshot snapshot = SnapshotReader.decode(published, config);
    byte[] bytes = format == FileFormat.json ? published : onnx(snapshot, precision);
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw ExitException.failure(
          String.format(Locale.ROOT, "%s cannot be written: %s", file, ExitException.reason(e)), e);
    }
    System.err.printf(
        Locale.ROOT,
        "Wrote model %s, version %,d, to %s%n",
        snapshot.model(),
        snapshot.version(),
        file);
  }

  private static byte[] onnx(Snapshot snapshot, Precision precision) {
    try {
      return OnnxCodec.encode(snapshot, precision, Version.text());
    } catch (FormatException e) {
      throw ExitException.failure(String.valueOf(e.getMessage()), e);
    }
  }

  private static void print(String format, @Nullable Object... arguments) {
    System.out.printf(Locale.ROOT, format + "%n", arguments);
  }
}
