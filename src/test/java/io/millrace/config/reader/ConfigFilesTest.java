package io.millrace.config.reader;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every learner's configuration in config/ can be used as it stands. */
class ConfigFilesTest {

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("config"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldBeComplete(Path file) throws ConfigException {
    MillraceConfig config = ConfigReader.read(file, List.of(), name -> null);

    assertThat(config.example().features().inputName(config.model().inputs() - 1)).isNotEmpty();
  }

  /**
   * The configuration in the ConfigMap, with the secrets that the Deployment takes from its Secret.
   */
  @Test
  void shouldBeCompleteOnKubernetes() throws Exception {
    Map<String, JsonNode> manifests = new HashMap<>();
    ObjectMapper yaml = new YAMLMapper();
    try (MappingIterator<JsonNode> documents =
        yaml.readerFor(JsonNode.class).readValues(new File("config/kubernetes/learner.yaml"))) {
      documents.forEachRemaining(each -> manifests.put(each.path("kind").asText(), each));
    }
    JsonNode pod = manifest(manifests, "Deployment").at("/spec/template/spec");
    Set<String> secrets = new HashSet<>();
    pod.at("/containers/0/env")
        .forEach(
            variable -> {
              assertThat(variable.at("/valueFrom/secretKeyRef/key").asText()).isNotEmpty();
              secrets.add(variable.path("name").asText());
            });

    MillraceConfig config =
        ConfigReader.read(
            manifest(manifests, "ConfigMap").at("/data/millrace.yaml").asText(),
            "millrace.yaml",
            List.of(),
            name -> secrets.contains(name) ? "secret-of-" + name : null);

    assertThat(config.http().token()).contains("secret-of-HTTP_TOKEN");
    assertThat(String.valueOf(config.kafka().get("sasl.jaas.config")))
        .contains("secret-of-KAFKA_PASSWORD");
    assertThat(config.http().port())
        .hasValue(pod.at("/containers/0/ports/0/containerPort").asInt());
  }

  private static JsonNode manifest(Map<String, JsonNode> manifests, String kind) {
    return Objects.requireNonNull(manifests.get(kind), kind);
  }
}
