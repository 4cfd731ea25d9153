package io.millrace.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.config.ConfigException;
import io.millrace.config.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of keys says of each key what {@code check} prints, and of no other. */
class ConfigurationPageTest {
  private static final String REQUIRED = "required";
  private static final String KAFKA = "kafka.";
  private static final String ANY_KAFKA_PROPERTY = "kafka.*";

  private static final String VECTOR =
      """
      application: of-a-test
      kafka: {bootstrap.servers: "localhost:9092"}
      model: {inputs: 2}
      """;

  /** What a key that has a long form, or needs another key, is printed with. */
  private static final List<String> CONFIGURATIONS =
      List.of(
          VECTOR,
          Settings.merged(VECTOR, "training: {learningRate: {initial: 0.2}}"),
          Settings.merged(VECTOR, "training: {learningRate: {decay: 0.001}}"),
          Settings.merged(VECTOR, "example: {label: {field: late, above: 15}}"),
          Settings.merged(VECTOR, "example: {label: {field: late, classes: [\"no\", \"yes\"]}}"),
          Settings.merged(
              VECTOR, "{topics: {events: e}, example: {labels: {topic: l, within: 24h}}}"));

  @TempDir private Path folder;

  /** The default of each key, as the page has it. */
  private static Map<String, String> documented() {
    Map<String, String> keys = new LinkedHashMap<>();
    for (List<String> row : Page.named("configuration.md").rows("key", "default", "meaning")) {
      String before = keys.put(code(row.get(0)), row.get(1));
      assertThat(before).as("%s is there once", row.get(0)).isNull();
    }
    return keys;
  }

  private static String code(String cell) {
    assertThat(cell).matches("`[^`]+`");
    return cell.substring(1, cell.length() - 1);
  }

  private Map<String, String> printed(String yaml) throws Exception {
    return Settings.describe(Files.writeString(folder.resolve("c.yaml"), yaml));
  }

  @Test
  void shouldDocumentEveryKeyAndNoOther() throws Exception {
    Set<String> printed = new TreeSet<>();
    for (String configuration : CONFIGURATIONS) {
      printed.addAll(printed(configuration).keySet());
    }
    Set<String> documented = new TreeSet<>(documented().keySet());

    assertThat(documented).contains(ANY_KAFKA_PROPERTY);
    documented.remove(ANY_KAFKA_PROPERTY);
    assertThat(documented).isEqualTo(printed);
  }

  @Test
  void shouldDocumentTheDefaults() throws Exception {
    Map<String, String> documented = documented();
    Set<String> compared = new TreeSet<>();
    for (String configuration : CONFIGURATIONS) {
      Map<String, String> printed = printed(configuration);
      printed.keySet().removeAll(Settings.keys(configuration).keySet());
      printed.forEach(
          (key, value) -> {
            String cell = documented.getOrDefault(key, "not there");
            assertThat(value).as(key).isEqualTo(expected(code(cell)));
            compared.add(key);
          });
    }
    documented.values().removeIf(cell -> cell.isEmpty() || cell.equals(REQUIRED));
    assertThat(compared).isEqualTo(new TreeSet<>(documented.keySet()));
  }

  /** A default may be what another key is set to. */
  private static String expected(String documented) {
    return Settings.keys(VECTOR).getOrDefault(documented, documented);
  }

  @Test
  void shouldSayWhichKeysAreRequired() throws Exception {
    Map<String, String> documented = documented();
    documented.remove(ANY_KAFKA_PROPERTY);
    Set<String> tried = new TreeSet<>();
    for (String configuration : CONFIGURATIONS) {
      for (String key : Settings.keys(configuration).keySet()) {
        String without = Settings.without(configuration, key);
        String cell = documented.getOrDefault(key, "not there");
        if (cell.equals(REQUIRED)) {
          ConfigException refused =
              catchThrowableOfType(
                  ConfigException.class, () -> Settings.read(without, "without " + key));
          assertThat(refused).as(key).isNotNull();
          assertThat(refused.faults()).extracting(Fault::key).contains(key);
          tried.add(key);
        } else if (cell.isEmpty()) {
          assertThat(printed(without)).doesNotContainKey(key);
          tried.add(key);
        }
      }
    }
    documented.values().removeIf(cell -> cell.startsWith("`"));
    assertThat(tried).isEqualTo(new TreeSet<>(documented.keySet()));
  }

  @Test
  void shouldPassOnAnyPropertyOfKafka() throws Exception {
    String property = "max.poll.interval.ms";

    assertThat(
            Settings.read(
                    Settings.merged(VECTOR, KAFKA.replace(".", ": {") + property + ": 7}"), "")
                .kafka())
        .containsEntry(property, "7");
  }
}
