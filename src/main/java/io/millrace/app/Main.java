package io.millrace.app;

/** The way in. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.out.println("millrace");
  }
}
