package io.millrace.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command that starts another JVM of the same JDK as this one. */
public final class JavaCommand {
  /**
   * Kafka and protobuf call {@code sun.misc.Unsafe}, and from JDK 24 on the JVM warns about that on
   * standard error. An older JDK takes this for any system property.
   */
  private static final String ALLOW_UNSAFE = "-Dsun.misc.unsafe.memory.access=allow";

  private JavaCommand() {}

  /** Returns a list that the caller may extend: {@code java}, what it always gets, the options. */
  public static List<String> with(List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(tool("java"));
    command.add(ALLOW_UNSAFE);
    command.addAll(options);
    return command;
  }

  /** The path of a program of this JDK: {@code java}, {@code jcmd}, {@code keytool}. */
  public static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }
}
