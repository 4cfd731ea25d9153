package io.millrace.topology;

import io.millrace.config.ExampleConfig;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.config.TrainingConfig;
import io.millrace.example.Features;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A short digest of the settings that all instances of an application must share. It is a part of
 * the client id, which every other instance can see in the consumer group.
 *
 * @param topics four hexadecimal digits, of the names of the topics
 * @param model four hexadecimal digits, of the sections {@code example} and {@code model}
 * @param training four hexadecimal digits, of the section {@code training} and the guarantee
 */
public record ConfigDigest(String topics, String model, String training) {
  private static final int BYTES = 2;
  private static final Pattern IN_CLIENT_ID =
      Pattern.compile("-c([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})-StreamThread-");

  public static ConfigDigest of(MillraceConfig config) {
    return new ConfigDigest(
        digest(topics(config)), digest(model(config)), digest(training(config)));
  }

  private static List<String> topics(MillraceConfig config) {
    TopicsConfig topics = config.topics();
    List<String> names =
        new ArrayList<>(
            List.of(
                topics.examples(),
                topics.miniBatches(),
                topics.costs(),
                topics.snapshots(),
                topics.deadLetters()));
    topics.events().ifPresent(events -> names.addAll(List.of(events, topics.predictions())));
    config.example().labels().ifPresent(labels -> names.add(labels.topic()));
    return names;
  }

  private static List<String> model(MillraceConfig config) {
    ExampleConfig example = config.example();
    ModelConfig model = config.model();
    List<String> lines = new ArrayList<>(Mapping.of(example));
    if (example.features() instanceof Features.Vector vector) {
      lines.add(vector.field().text());
      lines.add(example.label().field().text());
    }
    lines.add(example.format().text());
    lines.add(model.name());
    lines.add(
        String.format(Locale.ROOT, "%d, %d, %d", model.inputs(), model.hidden(), model.outputs()));
    lines.add(model.activation().text());
    lines.add(model.output().text());
    lines.add(Long.toString(model.seed()));
    lines.add(model.initialScale().toString());
    return lines;
  }

  private static List<String> training(MillraceConfig config) {
    TrainingConfig training = config.training();
    return List.of(
        Integer.toString(training.batchSize()),
        training.maxWait().toString(),
        training.optimizer().text(),
        Double.toString(training.learningRate().initial()),
        Double.toString(training.learningRate().decay()),
        Double.toString(training.l2()),
        training.clipNorm().toString(),
        training.scaling().text(),
        config.guarantee().text());
  }

  private static String digest(List<String> lines) {
    try {
      byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(digest, 0, BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** The digest in the client id of a member of the group; empty if it has none. */
  public static Optional<ConfigDigest> inClientId(String clientId) {
    Matcher matcher = IN_CLIENT_ID.matcher(clientId);
    return matcher.find()
        ? Optional.of(new ConfigDigest(matcher.group(1), matcher.group(2), matcher.group(3)))
        : Optional.empty();
  }

  /** A client id with this digest. */
  public String in(String clientId) {
    return String.format(Locale.ROOT, "%s-c%s%s%s", clientId, topics, model, training);
  }

  /** The sections of the configuration in which another one differs: {@code topics, training}. */
  public String differences(ConfigDigest other) {
    List<String> sections = new ArrayList<>();
    if (!topics.equals(other.topics)) {
      sections.add("topics");
    }
    if (!model.equals(other.model)) {
      sections.add("example or model");
    }
    if (!training.equals(other.training)) {
      sections.add("training or guarantee");
    }
    return String.join(", ", sections);
  }
}
