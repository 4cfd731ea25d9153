package io.millrace.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.testing.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that a benchmark starts and hears from. Closing it ends it. */
final class Jvm implements AutoCloseable {
  private final List<String> command;
  private final Process process;
  private final BufferedReader out;

  private Jvm(List<String> command) throws IOException {
    this.command = command;
    this.process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  /** A JVM with the class path of this one. */
  static Jvm start(Class<?> main, List<String> options, List<String> args) throws IOException {
    List<String> command = JavaCommand.with(options);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(args);
    return new Jvm(command);
  }

  /** Any program. */
  static Jvm start(List<String> command) throws IOException {
    return new Jvm(command);
  }

  /** The next line that it prints. */
  String line() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new IOException("Nothing from " + String.join(" ", command));
    }
    return line;
  }

  /** What it has used of the processors. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Asks a program to end that does not end with its standard input. */
  void terminate() {
    process.destroy();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
