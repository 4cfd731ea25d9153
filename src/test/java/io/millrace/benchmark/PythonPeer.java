package io.millrace.benchmark;

import io.millrace.benchmark.Bench.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The same work as people write it in Python: {@code src/test/python/peer_consumer.py}. It needs
 * Debian's python3-confluent-kafka and python3-torch; without them there is no such row.
 */
final class PythonPeer {
  private static final Path SCRIPT = Path.of("src/test/python/peer_consumer.py");
  private static final String PYTHON = "/usr/bin/python3";

  private PythonPeer() {}

  /**
   * Reads a share of the topic, after as much again to warm up: it is slow, and steady.
   *
   * @return null where the packages are not installed
   */
  static @Nullable Run run(String servers, ExampleTopic topic, Shape shape, double share)
      throws IOException {
    if (!Files.isExecutable(Path.of(PYTHON)) || !Files.isReadable(SCRIPT)) {
      return null;
    }
    List<String> command =
        List.of(
            PYTHON,
            SCRIPT.toString(),
            servers,
            topic.name(),
            Long.toString((long) (share * topic.examples())),
            Integer.toString(shape.inputs()),
            Integer.toString(shape.hidden()),
            Integer.toString(shape.batchSize()));
    try (Jvm python = Jvm.start(command)) {
      String[] words = python.line().split(" ", -1);
      return words[0].equals("missing")
          ? null
          : new Run(
              Double.parseDouble(words[1]),
              Double.parseDouble(words[3]),
              Double.parseDouble(words[5]),
              0,
              0,
              0);
    }
  }
}
