package io.millrace.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A complete and checked configuration.
 *
 * @param application Kafka's {@code application.id}
 * @param kafka client properties as they stand, in the order of the file; holds at least {@code
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
    PublishConfig publish,
    Guarantee guarantee,
    int threads,
    HttpConfig http) {

  public MillraceConfig {
    kafka = Collections.unmodifiableMap(new LinkedHashMap<>(kafka));
  }

  /** Only the name: the Kafka properties hold passwords, and this text ends up in logs. */
  @Override
  public String toString() {
    return "MillraceConfig[" + application + "]";
  }
}
