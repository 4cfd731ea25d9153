package io.millrace.topology;

import io.millrace.codec.FormatException;
import io.millrace.codec.published.OnnxCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.Fault;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.config.TrainingConfig;
import io.millrace.learn.Model;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Architecture;
import io.millrace.nn.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The model from which learning starts if there is no state yet. */
public final class InitialModel {
  private static final String FILE = "the file";

  private InitialModel() {}

  /**
   * Random from the seed, or read from {@code model.initialParameters}. A snapshot, in either
   * export format, keeps its scaler and continues its counts of updates and examples. Parameters
   * alone start at version 0. The optimiser always starts fresh, because no file contains it.
   *
   * @throws ConfigException when the file cannot be read or does not fit the configuration
   */
  public static Model of(MillraceConfig config) throws ConfigException {
    ModelConfig model = config.model();
    Architecture shape = model.architecture();
    if (model.initialParameters().isEmpty()) {
      return start(
          Parameters.random(shape, model.sparseFields(), model.seed(), model.initialScale()),
          config);
    }
    Path file = model.initialParameters().get();
    try {
      return read(Files.readAllBytes(file), config);
    } catch (IOException e) {
      throw fault(file, "cannot be read: " + e.getMessage());
    } catch (FormatException e) {
      throw fault(file, String.valueOf(e.getMessage()));
    }
  }

  private static Model start(Parameters parameters, MillraceConfig config) {
    TrainingConfig training = config.training();
    return Model.start(
        config.model().architecture(), parameters, training.optimizer(), training.isScaled());
  }

  private static Model read(byte[] bytes, MillraceConfig config) {
    Architecture shape = config.model().architecture();
    boolean isOnnx = OnnxCodec.isOnnx(bytes);
    if (isOnnx || SnapshotCodec.isSnapshot(bytes)) {
      Snapshot snapshot = isOnnx ? OnnxCodec.decode(bytes) : SnapshotCodec.decode(bytes);
      requireNone(
          Mismatches.between(snapshot.architecture(), shape, FILE)
              .compareScaling(snapshot.scaler().isPresent(), config.training().isScaled()));
      return new Model(
          shape,
          snapshot.parameters(),
          config.training().optimizer().start(shape),
          snapshot.scaler(),
          snapshot.version(),
          snapshot.examples(),
          Model.NOTHING_LEARNED);
    }
    Parameters parameters = SnapshotCodec.decodeParameters(bytes, shape.sparseInputs());
    Architecture found =
        new Architecture(
            parameters.inputs(),
            parameters.sparse().inputs(),
            parameters.hidden(),
            parameters.outputs(),
            shape.activation(),
            shape.output());
    requireNone(Mismatches.between(found, shape, FILE));
    return start(parameters, config);
  }

  private static void requireNone(Mismatches mismatches) {
    if (!mismatches.isEmpty()) {
      throw new FormatException(mismatches.toString());
    }
  }

  private static ConfigException fault(Path file, String message) {
    return new ConfigException(
        List.of(new Fault("model.initialParameters", file.toString(), message)));
  }
}
