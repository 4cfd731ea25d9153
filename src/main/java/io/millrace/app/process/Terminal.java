package io.millrace.app.process;

import java.io.Console;

/** Whether this process prints to a terminal. */
public final class Terminal {
  private Terminal() {}

  /** Whether input and output are a terminal, and not a file or a pipe. */
  @SuppressWarnings("SystemConsoleNull") // neither is redirected
  public static boolean isAttached() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try { // from JDK 22 on there is always a console, and it knows whether it is a terminal
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
