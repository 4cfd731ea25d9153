package io.millrace.config.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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
}
