package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.testing.TestLearner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shell's ways to hand over files: a full disk behind standard output, a pipe as a file. */
final class StandardOutputIT {
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      """;

  @TempDir private Path folder;

  @Test
  void shouldFailWhereTheResultCannotBePrinted() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")), "no /dev/full on this machine");

    Process check = shell("\"$0\" -jar \"$1\" check --config \"$2\" > /dev/full");

    String said = new String(check.getErrorStream().readAllBytes(), UTF_8);
    assertThat(check.waitFor()).as(said).isEqualTo(1);
    assertThat(said).startsWith("Cannot write to standard output").hasLineCount(1);
  }

  @Test
  void shouldReadAConfigurationFromAPipe() throws Exception {
    Process check = shell("\"$0\" -jar \"$1\" check --config <(cat \"$2\") 2>&1");

    String said = new String(check.getInputStream().readAllBytes(), UTF_8);
    assertThat(check.waitFor()).as(said).isZero();
    assertThat(said).contains("application: learner", "hidden: 3");
  }

  private Process shell(String script) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash on this machine");
    return new ProcessBuilder(
            "/bin/bash",
            "-c",
            script,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            Objects.requireNonNull(System.getProperty("millrace.jar")),
            TestLearner.of(folder, "127.0.0.1:1", YAML).config().toString())
        .start();
  }
}
