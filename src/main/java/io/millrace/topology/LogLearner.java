package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.codec.FormatException;
import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.config.TrainingConfig;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.Diverged;
import io.millrace.learn.Diverged.Suspect;
import io.millrace.learn.Learner;
import io.millrace.learn.Model;
import io.millrace.learn.Outcome;
import io.millrace.learn.Rollback;
import io.millrace.learn.Snapshot;
import io.millrace.learn.TrainingSettings;
import io.millrace.nn.Architecture;
import io.millrace.nn.KernelKind;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Learns the records of the training log. The train task and a replay both use it. Its results
 * depend only on the model, the record and the configuration.
 */
public final class LogLearner {
  private final String modelName;
  private final byte[] key;
  private final byte[] mapping;
  private final Learner learner;

  /** The memory of the mini-batch that is learned. */
  private MiniBatch batch = new MiniBatch(1, 1, 1);

  /**
   * A learner of a model.
   *
   * @param model the model. Modified by every record.
   */
  public LogLearner(MillraceConfig config, Model model) {
    this(config, model, config.training().kernelKind());
  }

  /**
   * A learner with other matrix products than the default of this process.
   *
   * @param model the model. Modified by every record.
   */
  public LogLearner(MillraceConfig config, Model model, KernelKind kernel) {
    this(config, model, settings(config, kernel));
    model.evaluation().resize(config.evaluation().window());
  }

  /**
   * A learner by other settings than those of the configuration.
   *
   * @param model the model. Modified by every record.
   */
  LogLearner(MillraceConfig config, Model model, TrainingSettings settings) {
    this.modelName = config.model().name();
    this.key = config.model().name().getBytes(UTF_8);
    this.mapping = Mapping.digest(config).getBytes(UTF_8);
    this.learner = new Learner(model, settings.training(), settings.kernel());
  }

  /** What the configuration says that a model is learned by. */
  static TrainingSettings settings(MillraceConfig config, KernelKind kernel) {
    TrainingConfig training = config.training();
    return new TrainingSettings(
        training.learningRate().initial(),
        training.learningRate().decay(),
        training.l2(),
        training.clipNorm(),
        kernel);
  }

  public Model model() {
    return learner.model();
  }

  /** The result of a record of the log. */
  public sealed interface Step {}

  /** The mini-batch was learned. */
  public record Learned(BatchMetrics metrics) implements Step {}

  /**
   * The record was rejected. The model is unchanged.
   *
   * @param examples in the record, if they can be read
   */
  public record Rejected(Rejection why, int examples) implements Step {}

  /** The model was rolled back. */
  public record WentBack(Rollback rollback) implements Step {}

  /**
   * The record belongs to another model: with another name or application, or with inputs or a
   * label of another meaning.
   */
  public record Foreign() implements Step {}

  /**
   * Learns one record.
   *
   * @param offset its position in the log
   */
  public Step learn(byte @Nullable [] key, byte @Nullable [] value, Headers headers, long offset) {
    Header of = headers.lastHeader(Mapping.HEADER);
    if (!Arrays.equals(key, this.key) || (of != null && !Arrays.equals(of.value(), mapping))) {
      return new Foreign();
    }
    String command = LogCommand.of(headers);
    if (command != null) {
      return obey(command, value, offset);
    }
    if (value == null) {
      return new Rejected(
          new Rejection(Reason.WRONG_SIZE, "The value is empty, expected a mini-batch"), 0);
    }
    try {
      batch = MiniBatchCodec.decode(value, batch);
    } catch (FormatException e) {
      return new Rejected(new Rejection(Reason.WRONG_TYPE, String.valueOf(e.getMessage())), 0);
    }
    Architecture shape = model().architecture();
    if (batch.isEmpty()
        || batch.inputs() != shape.inputs()
        || batch.sparseInputs() != shape.sparseInputs()
        || batch.outputs() != shape.outputs()) {
      return new Rejected(wrongSize(batch, shape), batch.size());
    }
    Outcome outcome = learner.learn(batch, offset);
    return outcome instanceof Diverged diverged
        ? new Rejected(diverged(batch, diverged), batch.size())
        : new Learned((BatchMetrics) outcome);
  }

  private Step obey(String command, byte @Nullable [] value, long offset) {
    if (!command.equals(LogCommand.ROLLBACK)) {
      return refused(
          new Rejection(
              Reason.WRONG_TYPE,
              String.format(
                  Locale.ROOT,
                  "Unknown command %s. This version of Millrace knows %s",
                  command,
                  LogCommand.ROLLBACK)));
    }
    if (value == null) {
      return refused(new Rejection(Reason.WRONG_SIZE, "The value is empty, expected a snapshot"));
    }
    try {
      Snapshot earlier = SnapshotCodec.decode(value);
      Rejection misfit = misfit(earlier);
      return misfit == null ? new WentBack(learner.goBackTo(earlier, offset)) : refused(misfit);
    } catch (FormatException e) {
      return refused(new Rejection(Reason.WRONG_TYPE, String.valueOf(e.getMessage())));
    }
  }

  private static Step refused(Rejection why) {
    return new Rejected(why, 0);
  }

  /** Why the model cannot be rolled back to a snapshot, or null. */
  private @Nullable Rejection misfit(Snapshot earlier) {
    Model model = model();
    if (!earlier.model().equals(modelName) || earlier.version() > model.version()) {
      return new Rejection(
          Reason.WRONG_TYPE,
          String.format(
              Locale.ROOT,
              "A rollback needs an earlier version of the same model: this is version %d of model %s, the model is at version %d of %s",
              earlier.version(),
              earlier.model(),
              model.version(),
              modelName));
    }
    Mismatches mismatches =
        Mismatches.between(earlier.architecture(), model.architecture(), "the snapshot")
            .compareScaling(earlier.scaler().isPresent(), model.scaler().isPresent());
    return mismatches.isEmpty()
        ? null
        : new Rejection(Reason.WRONG_SIZE, "The snapshot does not fit the model: " + mismatches);
  }

  private static Rejection diverged(MiniBatch batch, Diverged diverged) {
    return new Rejection(
        Reason.DIVERGED,
        String.format(
            Locale.ROOT,
            "%s for the examples of partition %d, offsets %s. The largest losses: %s",
            diverged.what(),
            batch.partition(),
            batch.describeOffsets(),
            diverged.suspects().stream()
                .map(suspect -> describe(batch, suspect))
                .collect(Collectors.joining(", "))));
  }

  private static String describe(MiniBatch batch, Suspect suspect) {
    return String.format(
        Locale.ROOT,
        "partition %d offset %d (%slargest input %s)",
        batch.partition(),
        batch.offset(suspect.column()),
        Double.isNaN(suspect.loss()) ? "" : "loss " + suspect.loss() + ", ",
        suspect.largestInput());
  }

  private static Rejection wrongSize(MiniBatch batch, Architecture shape) {
    return new Rejection(
        Reason.WRONG_SIZE,
        String.format(
            Locale.ROOT,
            "The mini-batch has %s inputs, %d outputs and %d examples; the model has %s inputs, %d outputs",
            inputs(batch.inputs(), batch.sparseInputs()),
            batch.outputs(),
            batch.size(),
            inputs(shape.inputs(), shape.sparseInputs()),
            shape.outputs()));
  }

  private static String inputs(int dense, int sparse) {
    return sparse == 0
        ? Integer.toString(dense)
        : String.format(Locale.ROOT, "%d dense and %d sparse", dense, sparse);
  }
}
