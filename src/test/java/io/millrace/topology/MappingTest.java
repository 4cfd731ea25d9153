package io.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.config.ConfigException;
import io.millrace.config.ExampleConfig;
import io.millrace.config.reader.ConfigReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MappingTest {
  private static final String FEATURES =
      "[a, {field: b, missing: 3}, {field: c, oneHot: [X, Y]}, {field: d, hash: 4},"
          + " {field: e, time: [hourOfDay], zone: Europe/Berlin}]";

  private static ExampleConfig example(String features, String label) throws ConfigException {
    String yaml =
        """
        application: a
        kafka: {bootstrap.servers: nowhere:9092}
        example: {features: %s, label: %s}
        """
            .formatted(features, label);
    return ConfigReader.read(yaml, "c.yaml", List.of(), name -> null).example();
  }

  @Test
  void shouldSayWhatEveryInputMeans() throws ConfigException {
    assertThat(Mapping.of(example(FEATURES, "{field: f, above: 15}")))
        .containsExactly(
            "a",
            "b, missing: 3.0",
            "c, oneHot: [X, Y]",
            "d, hash: 4",
            "e, time: [hourOfDay], zone: Europe/Berlin",
            "label: f, above: 15.0");
    assertThat(Mapping.of(example("[a]", "{field: f, classes: [N, Y]}")))
        .containsExactly("a", "label: f, classes: [N, Y]");
  }

  /** As many inputs, another meaning. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [a, b, {field: c, oneHot: [X, Y]}] | [b, a, {field: c, oneHot: [X, Y]}] | example, entry 1: {a} in the state, {b} in the configuration
          [a, {field: c, oneHot: [X, Y]}]    | [a, {field: c, oneHot: [X, Z]}]    | example, entry 2: {c, oneHot: [X, Y]} in the state, {c, oneHot: [X, Z]} in the configuration
          [{field: c, oneHot: [X, Y]}]       | [{field: c, hash: 2}]              | {c, hash: 2} in the configuration
          [a, b]                             | [a]                                | example, entry 3: {label: f} in the state, nothing in the configuration
          """)
  void shouldRefuseInputsThatMeanSomethingElse(String before, String after, String difference)
      throws ConfigException {
    Mismatches differences =
        Mismatches.inMapping(Mapping.of(example(before, "f")), Mapping.of(example(after, "f")));

    assertThatExceptionOfType(LearnerException.class)
        .isThrownBy(() -> differences.refuse("m", "app"))
        .withMessageContaining(difference)
        .withMessageContaining("another model.name or application, or run reset");
  }

  @Test
  void shouldGoOnWithTheSameMeaning() throws ConfigException {
    List<String> mapping = Mapping.of(example(FEATURES, "f"));

    assertThatCode(() -> Mismatches.inMapping(mapping, mapping).refuse("m", "app"))
        .doesNotThrowAnyException();
  }
}
