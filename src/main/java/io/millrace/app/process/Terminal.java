package io.millrace.app.process;

import java.io.Console;

/** Who reads what this process prints. */
public final class Terminal {
  private Terminal() {}

  /** Whether it is a person at a terminal: neither input nor output is a file or a pipe. */
  @SuppressWarnings("SystemConsoleNull") // both ways are asked
  public static boolean isAttached() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try { // from JDK 22 on there is always a console, which knows whether it is a terminal
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
