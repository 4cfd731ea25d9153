package io.millrace.app;

import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a key of the configuration, e.g. training.batchSize=32. Repeatable.")
  private List<String> overrides = new ArrayList<>();

  @Option(names = "--verbose", description = "Log what Millrace and Kafka do, to standard error.")
  void verbose(boolean verbose) {
    if (verbose) {
      System.setProperty("millrace.stackTraces", "full"); // read by log4j2.xml
      Configurator.setAllLevels("", Level.INFO);
      Configurator.setAllLevels("io.millrace", Level.DEBUG);
    }
  }

  @Option(names = "--help", usageHelp = true, description = "Show this help and exit.")
  boolean help;

  List<String> overrides() {
    return overrides;
  }
}
