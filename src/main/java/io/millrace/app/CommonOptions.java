package io.millrace.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import picocli.CommandLine.Option;

/** The options that every command has. */
final class CommonOptions {
  /** The format of a log line. The names are those of the appenders in log4j2.xml. */
  enum LogFormat {
    text,
    json
  }

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Override a key of the configuration, for example training.batchSize=32. Repeatable.")
  private List<String> overrides = new ArrayList<>();

  private boolean isVerbose;

  @Option(names = "--verbose", description = "Log what Millrace and Kafka do to standard error.")
  void verbose(boolean verbose) {
    isVerbose = verbose;
    applyLevels();
  }

  @Option(
      names = "--log-format",
      paramLabel = "text|json",
      description = "The format of log lines on standard error: text (default) or json.")
  void logFormat(LogFormat format) {
    System.setProperty("millrace.logFormat", format.name().toLowerCase(Locale.ROOT));
    Configurator.reconfigure(); // log4j2.xml reads the property
    applyLevels();
  }

  @Option(names = "--help", usageHelp = true, description = "Show this help and exit.")
  boolean help;

  List<String> overrides() {
    return overrides;
  }

  private void applyLevels() {
    if (isVerbose) {
      System.setProperty("millrace.stackTraces", "full"); // read by log4j2.xml
      Configurator.setAllLevels("", Level.INFO);
      Configurator.setAllLevels("io.millrace", Level.DEBUG);
    }
  }
}
