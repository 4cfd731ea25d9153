package io.millrace.topology;

import io.millrace.codec.FormatException;
import io.millrace.codec.SnapshotCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.Fault;
import io.millrace.config.ModelConfig;
import io.millrace.learn.Model;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Architecture;
import io.millrace.nn.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The model that learning starts from where there is no state yet. */
public final class InitialModel {
  private InitialModel() {}

  /**
   * Random from the seed, or read from {@code model.initialParameters}: a snapshot goes on counting
   * its updates and examples, parameters alone start at version 0.
   *
   * @throws ConfigException when the file cannot be read or does not fit the configuration
   */
  public static Model of(ModelConfig config) throws ConfigException {
    Architecture shape =
        new Architecture(
            config.inputs(),
            config.hidden(),
            config.outputs(),
            config.activation(),
            config.output());
    if (config.initialParameters().isEmpty()) {
      Parameters random = Parameters.random(shape, config.seed(), config.initialScale());
      return new Model(shape, random, 0, 0, Model.NOTHING_LEARNED);
    }
    Path file = config.initialParameters().get();
    try {
      return read(Files.readAllBytes(file), shape);
    } catch (IOException e) {
      throw fault(file, "cannot be read: " + e.getMessage());
    } catch (FormatException e) {
      throw fault(file, String.valueOf(e.getMessage()));
    }
  }

  private static Model read(byte[] bytes, Architecture shape) {
    if (SnapshotCodec.isSnapshot(bytes)) {
      Snapshot snapshot = SnapshotCodec.decode(bytes);
      requireEqual(shape, snapshot.architecture());
      return new Model(
          shape,
          snapshot.parameters(),
          snapshot.version(),
          snapshot.examples(),
          Model.NOTHING_LEARNED);
    }
    Parameters parameters = SnapshotCodec.decodeParameters(bytes);
    requireEqual(
        shape,
        new Architecture(
            parameters.inputs(),
            parameters.hidden(),
            parameters.outputs(),
            shape.activation(),
            shape.output()));
    return new Model(shape, parameters, 0, 0, Model.NOTHING_LEARNED);
  }

  private static void requireEqual(Architecture configured, Architecture found) {
    if (!configured.equals(found)) {
      throw new FormatException(
          "The configuration says %s, the file has %s".formatted(configured, found));
    }
  }

  private static ConfigException fault(Path file, String message) {
    return new ConfigException(
        List.of(new Fault("model.initialParameters", file.toString(), message)));
  }
}
