package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small file system in memory with a fault. Mounting one needs root on Linux. */
public final class SmallDisk {
  private SmallDisk() {}

  public static void mount(Path folder, int megabytes) throws IOException, InterruptedException {
    mount(folder, "size=" + megabytes + "m");
  }

  /** Mounts a file system from which nothing can be executed, native libraries included. */
  public static void mountWithoutPrograms(Path folder) throws IOException, InterruptedException {
    mount(folder, "size=40m,noexec");
  }

  private static void mount(Path folder, String options) throws IOException, InterruptedException {
    String refusal;
    try {
      refusal = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", "" + folder);
    } catch (IOException e) {
      refusal = e.toString();
    }
    if (!refusal.isEmpty()) {
      System.err.println(
          "NOT TESTED: a small file system (" + options + ") cannot be mounted: " + refusal);
    }
    assumeThat(refusal).as("mounting a file system: " + options).isEmpty();
  }

  public static void unmount(Path folder) throws IOException, InterruptedException {
    assertThat(run("umount", "-l", folder.toString())).isEmpty();
  }

  /** Writes a file until there is no room left. */
  public static void fill(Path folder) throws IOException {
    try (OutputStream out = Files.newOutputStream(folder.resolve("filler"))) {
      byte[] bytes = new byte[4096];
      while (true) {
        out.write(bytes);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    return process.waitFor() == 0 ? "" : said + " ";
  }
}
