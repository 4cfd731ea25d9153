package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Prometheus' own check of a page of metrics. CI must have it; elsewhere the test is left out. */
public final class Promtool {
  private Promtool() {}

  /** Fails when {@code promtool check metrics} finds a fault, or anything that it would change. */
  public static void check(String page) throws IOException, InterruptedException {
    boolean isThere =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool")));
    if (!isThere && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("CI has no promtool; install the package prometheus");
    }
    assumeTrue(isThere, "promtool is not installed");
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    try (OutputStream in = promtool.getOutputStream()) {
      in.write(page.getBytes(UTF_8));
    }
    String said = new String(promtool.getInputStream().readAllBytes(), UTF_8);
    assertThat(promtool.waitFor()).as(said + page).isZero();
    assertThat(said).isEmpty();
  }
}
