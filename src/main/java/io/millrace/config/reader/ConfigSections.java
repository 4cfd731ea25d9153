package io.millrace.config.reader;

import io.millrace.config.EvaluationConfig;
import io.millrace.config.ExampleConfig;
import io.millrace.config.Format;
import io.millrace.config.Guarantee;
import io.millrace.config.HttpConfig;
import io.millrace.config.LearningRate;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.config.PredictionsConfig;
import io.millrace.config.PublishConfig;
import io.millrace.config.Scaling;
import io.millrace.config.TopicsConfig;
import io.millrace.config.TrainingConfig;
import io.millrace.example.Features;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.KernelKind;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The sections: the keys, their defaults and their rules. They are read in the order of the
 * records' components, which is also that of the description.
 */
final class ConfigSections {
  /** The limit of numbers in a matrix and of parameters: the size of an array. */
  private static final int MOST = Integer.MAX_VALUE;

  /** The window is written with each commit. */
  private static final int LARGEST_WINDOW = 100_000;

  /** Their versions are written with each commit. */
  private static final int MOST_KEPT = 10_000;

  /** The form of the keys of earlier snapshots. */
  private static final String EARLIER_SNAPSHOT = "(?s).+@\\d+";

  private static final Type<String> MODEL_NAME =
      Types.TEXT.satisfying(
          name -> !name.matches(EARLIER_SNAPSHOT),
          "must not end in '@' and a number, because earlier snapshots have such keys");

  /** The syntax of RFC 6750. */
  private static final Type<String> TOKEN =
      Type.matching("[A-Za-z0-9._~+/-]+=*", "letters, digits or any of -._~+/ (and = at the end)");

  private final Path folder;

  /**
   * @param folder that files are relative to
   */
  ConfigSections(Path folder) {
    this.folder = folder;
  }

  MillraceConfig read(Section root) {
    String application = root.required("application", "flights", Types.APPLICATION);
    Map<String, String> kafka = KafkaProperties.read(root.section(KafkaProperties.SECTION));
    TopicsConfig topics = topics(root.section("topics"));
    Section fields = root.section("example");
    ExampleSection exampleSection = new ExampleSection(fields);
    ExampleConfig example = exampleSection.read();
    Section network = root.section("model");
    ModelConfig model = model(network, root, example.features(), fields.isSound("features"));
    exampleSection.checkClasses(example.label(), network, model);
    exampleSection.checkLabels(example, topics);
    return new MillraceConfig(
        application,
        kafka,
        topics,
        example,
        model,
        training(root.section("training"), model),
        evaluation(root.section("evaluation")),
        publish(root.section("publish")),
        predictions(root.section("predictions"), example.format()),
        root.read("guarantee", "exactly-once", Types.oneOf(Guarantee.values())),
        root.read("threads", "2", Types.COUNT),
        http(root.section("http")));
  }

  private static TopicsConfig topics(Section topics) {
    TopicsConfig config =
        new TopicsConfig(
            topics.read("examples", "examples", Types.TOPIC),
            topics.read("miniBatches", "mini-batches", Types.TOPIC),
            topics.read("costs", "costs", Types.TOPIC),
            topics.read("snapshots", "snapshots", Types.TOPIC),
            topics.read("deadLetters", "dead-letters", Types.TOPIC),
            topics.read("events", "none", Types.TOPIC.or("none")),
            topics.read("predictions", "predictions", Types.TOPIC),
            topics.read("partitions", "1", Types.COUNT),
            topics.read("replicationFactor", "1", Types.REPLICATION));
    Map<String, String> keys = new HashMap<>();
    checkDistinct(topics, "examples", config.examples(), keys);
    checkDistinct(topics, "miniBatches", config.miniBatches(), keys);
    checkDistinct(topics, "costs", config.costs(), keys);
    checkDistinct(topics, "snapshots", config.snapshots(), keys);
    checkDistinct(topics, "deadLetters", config.deadLetters(), keys);
    if (config.events().isPresent()) {
      checkDistinct(topics, "events", config.events().get(), keys);
      checkDistinct(topics, "predictions", config.predictions(), keys);
    }
    return config;
  }

  /** Kafka refuses a topic that differs from another only in '.' and '_'. */
  private static void checkDistinct(
      Section topics, String key, String topic, Map<String, String> keys) {
    String other = keys.putIfAbsent(topic.replace('.', '_'), key);
    topics.rule(
        other == null,
        "topics." + key + " and topics." + other + " must differ ('.' and '_' count as equal)",
        key,
        Objects.requireNonNullElse(other, key));
  }

  private ModelConfig model(Section model, Section root, Features features, boolean areSound) {
    model.inherit("name", root, "application");
    ModelConfig config =
        new ModelConfig(
            model.read("name", "model", MODEL_NAME),
            inputs(model, features, areSound),
            (int) Math.min(features.sparseInputs(), Architecture.MOST_SPARSE_INPUTS),
            features.sparseFields(),
            model.read("hidden", "16", Types.COUNT),
            model.read("outputs", "1", Types.COUNT),
            model.read("activation", "tanh", Types.oneOf(Activation.values())),
            model.read("output", "sigmoid", Types.oneOf(Output.values())),
            model.read("seed", "1", Types.LONG),
            Types.unboxed(
                model.read(
                    "initialScale",
                    "auto",
                    Types.positive(" (all-zero weights never learn)").or("auto"))),
            model.read("initialParameters", "none", Types.readableFile(folder).or("none")));
    model.rule(
        config.output() != Output.SOFTMAX || config.outputs() >= 2,
        "softmax needs model.outputs of at least 2",
        "output",
        "outputs");
    model.rule(
        parameters(config) <= MOST,
        "model too large: hidden * (dense inputs + 1) + outputs * (hidden + 1) parameters, at most "
            + MOST,
        "inputs",
        "hidden",
        "outputs");
    return config;
  }

  /** Named fields say how many inputs there are. */
  private static int inputs(Section model, Features features, boolean areSound) {
    if (!(features instanceof Features.Named named)) {
      return model.required("inputs", "4", Types.COUNT);
    }
    model.rule(
        named.sparseInputs() <= Architecture.MOST_SPARSE_INPUTS,
        String.format(
            Locale.ROOT,
            "the categories of example.features make %d inputs, at most %d (2^30)",
            named.sparseInputs(),
            Architecture.MOST_SPARSE_INPUTS),
        "inputs");
    int count = (int) Math.min(named.inputs(), MOST);
    int inputs = model.read("inputs", String.valueOf(Math.max(count, 1)), Types.COUNT);
    model.rule(
        inputs == count || !areSound,
        String.format(
            Locale.ROOT,
            "example.features makes %d inputs, got %s. You can omit this key",
            named.inputs(),
            model.shown("inputs")),
        "inputs");
    return inputs;
  }

  /** The sizes are below 2^31, so that the sum stays below 2^63. Rows of sparse inputs come later. */
  private static long parameters(ModelConfig model) {
    return model.hidden() * (model.denseInputs() + 1L) + model.outputs() * (model.hidden() + 1L);
  }

  private static TrainingConfig training(Section training, ModelConfig model) {
    TrainingConfig config =
        new TrainingConfig(
            training.read("batchSize", "64", Types.COUNT),
            training.read("maxWait", "10s", Types.DURATION.or("never")),
            training.read("optimizer", "sgd", Types.oneOf(OptimizerKind.values())),
            learningRate(training),
            training.read("l2", "0", Types.NOT_NEGATIVE),
            Types.unboxed(training.read("clipNorm", "none", Types.POSITIVE.or("none"))),
            training.read("scaling", "none", Types.oneOf(Scaling.values())),
            training.read("kernel", "auto", Types.oneOf(KernelKind.values()).or("auto")));
    long widest = Math.max(model.denseInputs(), Math.max(model.hidden(), model.outputs()));
    training.rule(
        widest * config.batchSize() <= MOST || parameters(model) > MOST,
        "mini-batch too large: batchSize * max(dense inputs, hidden, outputs) numbers, at most "
            + MOST,
        "batchSize");
    return config;
  }

  /** A number, or a section of its own. */
  private static LearningRate learningRate(Section training) {
    String initial = "0.1";
    if (!training.isMapping("learningRate")) {
      return new LearningRate(training.read("learningRate", initial, Types.POSITIVE), 0);
    }
    Section rate = training.section("learningRate");
    return new LearningRate(
        rate.read("initial", initial, Types.POSITIVE), rate.read("decay", "0", Types.NOT_NEGATIVE));
  }

  private static EvaluationConfig evaluation(Section evaluation) {
    return new EvaluationConfig(
        evaluation.read("window", "1000", Types.integer(1, LARGEST_WINDOW)));
  }

  private static PublishConfig publish(Section publish) {
    return new PublishConfig(
        publish.read("snapshotEvery", "100", Types.COUNT),
        publish.read("snapshotInterval", "10s", Types.DURATION),
        publish.read("keep", "20", Types.integer(0, MOST_KEPT)));
  }

  private static PredictionsConfig predictions(Section predictions, Format format) {
    PredictionsConfig config =
        new PredictionsConfig(
            predictions.read("includeEvent", "false", Types.BOOLEAN),
            predictions.read("threads", "1", Types.COUNT));
    predictions.rule(
        !config.includeEvent() || format == Format.JSON,
        "an event that is not JSON cannot be part of a JSON prediction",
        "includeEvent");
    return config;
  }

  private static HttpConfig http(Section http) {
    String host = http.read("host", "127.0.0.1", Types.HOST);
    Optional<Integer> port = http.read("port", "8080", Types.integer(0, 65535).or("none"));
    return new HttpConfig(
        host,
        port.map(OptionalInt::of).orElseGet(OptionalInt::empty),
        allowedHosts(http),
        http.read("token", "none", TOKEN.or("none")));
  }

  /** A list of names, or one name. */
  private static List<String> allowedHosts(Section http) {
    String key = "allowedHosts";
    if (!http.isList(key)) {
      return http.read(key, "none", Types.HOST_NAME.or("none")).map(List::of).orElse(List.of());
    }
    Section list = http.list(key);
    return list.names().stream()
        .map(item -> list.read(item, "localhost", Types.HOST_NAME))
        .toList();
  }
}
