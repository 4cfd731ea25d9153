package io.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The classes of the jar as the JVM has them in memory (dynamic archive of class data sharing, JEP
 * 350): most of the tests wait for processes to start, and loading classes is much of that. Made
 * once for a jar, beside it, by running the demo for a moment. Nothing but time depends on it.
 */
final class ClassArchive {
  private static final String QUIET = "-Xlog:cds*=off";

  private ClassArchive() {}

  /**
   * The options that use the archive of a jar; none where no archive can be made.
   *
   * @param jar which is not replaced while the tests run
   * @param options the other options, with which the archive is made, too
   */
  static synchronized List<String> options(Path jar, List<String> options) {
    Path archive = jar.resolveSibling("millrace.jsa");
    try {
      if (!Files.exists(archive)
          || Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) < 0) {
        make(archive, jar, options);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Files.exists(archive) ? List.of("-XX:SharedArchiveFile=" + archive, QUIET) : List.of();
  }

  private static void make(Path archive, Path jar, List<String> options) throws IOException {
    Path folder = Files.createTempDirectory(archive.toAbsolutePath().getParent(), "jsa");
    Path made = folder.resolve("made.jsa");
    List<String> all = new ArrayList<>(options);
    all.add("-XX:ArchiveClassesAtExit=" + made);
    all.add(QUIET);
    List<String> command = JavaCommand.with(all);
    command.addAll(List.of("-jar", jar.toString(), "demo", "--for", "5s", "--set", "http.port=0"));
    Process demo = new ProcessBuilder(command).redirectErrorStream(true).start();
    byte[] unused = demo.getInputStream().readAllBytes(); // until it ends
    if (Files.exists(made)) {
      Files.move(made, archive, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.delete(folder);
  }
}
