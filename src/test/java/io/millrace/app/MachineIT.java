package io.millrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.EmbeddedBroker;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.SmallDisk;
import io.millrace.testing.TestLearner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine that does not let the process do what it must: one sentence names the setting. */
@Tag("embedded")
final class MachineIT {
  private static final int FAILURE = 1;
  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"snappy", "zstd"})
  void shouldNameTheFolderThatAllowsNoPrograms(String compression) throws Exception {
    Path noexec = Files.createDirectory(folder.resolve("noexec"));
    SmallDisk.mountWithoutPrograms(noexec);
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary("127.0.0.1", 0)) {
      TestLearner learner = TestLearner.of(folder, broker.bootstrapServers(), YAML);
      Path events = Files.writeString(folder.resolve("events.csv"), "a,b,label\n1,2,0\n");

      try (MillraceProcess feed =
          MillraceProcess.startWithJvm(
              List.of("-Djava.io.tmpdir=" + noexec),
              "feed",
              events.toString(),
              "--config",
              learner.config().toString(),
              "--set",
              "kafka.compression.type=" + compression)) {
        assertOneSentence(feed, noexec.toString(), "-Djava.io.tmpdir=DIR", "noexec");
      }
    } finally {
      SmallDisk.unmount(noexec);
    }
  }

  /** Each limit ends the broker somewhere else. */
  @ParameterizedTest
  @ValueSource(ints = {45, 60, 80})
  void shouldNameTheLimitOfOpenFiles(int files) throws Exception {
    TestLearner learner = TestLearner.of(folder, TestLearner.freeAddress(), YAML);

    try (MillraceProcess run =
        MillraceProcess.startWithFiles(
            files, "run", "--config", learner.config().toString(), "--embedded-broker")) {
      assertOneSentence(run, "ulimit -n");
    }
  }

  private static void assertOneSentence(MillraceProcess process, String... words) {
    assertThat(process.awaitExit()).as(process.toString()).isEqualTo(FAILURE);
    assertThat(process.complaints()).as(process.toString()).hasSize(1);
    assertThat(process.complaints().get(0)).contains(words);
  }
}
