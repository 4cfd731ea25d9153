package io.millrace.config.reader;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.config.ConfigException;
import io.millrace.config.Fault;
import io.millrace.config.MillraceConfig;
import java.util.List;
import java.util.Map;

/** Reads small configurations that are called {@code c.yaml}. */
final class ConfigFixture {
  static final String MINIMAL =
      """
      application: flights
      kafka: {bootstrap.servers: localhost:9092}
      model: {inputs: 4}
      """;

  /** {@code PASSWORD} is in no expected output. */
  static final Map<String, String> ENVIRONMENT =
      Map.of("PORT", "8081", "PASSWORD", "hunter2", "HUGE", "2000000000");

  private ConfigFixture() {}

  static MillraceConfig read(String yaml, String... overrides) throws ConfigException {
    return ConfigReader.read(yaml, "c.yaml", List.of(overrides), ENVIRONMENT::get);
  }

  static List<String> faults(String yaml, String... overrides) {
    return catchThrowableOfType(ConfigException.class, () -> read(yaml, overrides))
        .faults()
        .stream()
        .map(Fault::toString)
        .toList();
  }
}
