package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system in memory, small enough to be filled. Mounting one needs root on Linux. */
public final class SmallDisk {
  private SmallDisk() {}

  public static void mount(Path folder, int megabytes) throws IOException, InterruptedException {
    String refusal;
    try {
      refusal = run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", "" + folder);
    } catch (IOException e) {
      refusal = e.toString();
    }
    if (!refusal.isEmpty()) {
      System.err.println(
          "NOT TESTED: a full disk. No small file system can be mounted: " + refusal);
    }
    assumeThat(refusal).as("mounting a small file system to fill").isEmpty();
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
