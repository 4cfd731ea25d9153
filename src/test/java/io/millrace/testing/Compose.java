package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The project's {@code docker-compose.yml}, brought up under a name of its own by whichever Compose
 * there is, {@code docker compose} or the older {@code docker-compose}. {@link #close} removes all.
 */
public final class Compose implements AutoCloseable {
  private final List<String> command;
  private final String project;
  private final Map<String, String> environment;

  /**
   * Starts nothing yet.
   *
   * @param environment the file's variables, beside those of this process
   */
  public Compose(String project, Map<String, String> environment) {
    this.project = project;
    this.environment = new TreeMap<>(environment);
    this.environment.put("COMPOSE_HTTP_TIMEOUT", "600"); // the older one's, 60 s by default
    this.command =
        execute(List.of("docker", "compose", "version")).code() == 0
            ? List.of("docker", "compose")
            : List.of("docker-compose");
  }

  private record Outcome(int code, String text) {}

  /**
   * Runs a command of Compose and returns what it printed.
   *
   * @throws AssertionError when it fails
   */
  public String run(String... args) {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of("--project-name", project));
    all.addAll(List.of(args));
    return orThrow(all);
  }

  /** The same for {@code docker}, of one of the services. */
  public String inspect(String service, String format) {
    String id = run("ps", "-q", service).strip();
    return orThrow(List.of("docker", "inspect", "--format", format, id)).strip();
  }

  private String orThrow(List<String> command) {
    Outcome outcome = execute(command);
    if (outcome.code() != 0) {
      throw new AssertionError("%s: %s".formatted(String.join(" ", command), outcome.text()));
    }
    return outcome.text();
  }

  private Outcome execute(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder.redirectInput(new File("/dev/null"));
    try {
      Process process = builder.start();
      String text = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Outcome(process.waitFor(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    run("down", "--volumes", "--timeout", "20");
  }
}
