package io.millrace.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A complete and checked configuration.
 *
 * @param application Kafka's {@code application.id}
 * @param kafka client properties, unchanged and in the order of the file; with at least {@code
 *     bootstrap.servers}
 * @param threads stream threads, at least 1
 */
public record MillraceConfig(
    String application,
    Map<String, String> kafka,
    TopicsConfig topics,
    ExampleConfig example,
    ModelConfig model,
    TrainingConfig training,
    EvaluationConfig evaluation,
    PublishConfig publish,
    PredictionsConfig predictions,
    Guarantee guarantee,
    int threads,
    HttpConfig http) {
  private static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

  public MillraceConfig {
    kafka = Collections.unmodifiableMap(new LinkedHashMap<>(kafka));
  }

  /** Kafka's {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return kafka.getOrDefault(BOOTSTRAP_SERVERS, "");
  }

  /** The same configuration for a Kafka at another address. */
  public MillraceConfig withBootstrapServers(String servers) {
    Map<String, String> elsewhere = new LinkedHashMap<>(kafka);
    elsewhere.put(BOOTSTRAP_SERVERS, servers);
    return new MillraceConfig(
        application,
        elsewhere,
        topics,
        example,
        model,
        training,
        evaluation,
        publish,
        predictions,
        guarantee,
        threads,
        http);
  }

  /** The same configuration with the HTTP server on another port. */
  public MillraceConfig withHttpPort(int port) {
    return new MillraceConfig(
        application,
        kafka,
        topics,
        example,
        model,
        training,
        evaluation,
        publish,
        predictions,
        guarantee,
        threads,
        http.withPort(port));
  }

  /** Only the name: the Kafka properties hold passwords, and this text ends up in logs. */
  @Override
  public String toString() {
    return "MillraceConfig[" + application + "]";
  }
}
