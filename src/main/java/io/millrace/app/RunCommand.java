package io.millrace.app;

import io.millrace.app.process.Stop;
import io.millrace.app.show.Dashboard;
import io.millrace.app.show.StatusDisplay;
import io.millrace.broker.EmbeddedBroker;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}: learns from the Kafka of a configuration. */
@Command(
    name = "run",
    description = "Learn from the examples topic of the configuration until Ctrl-C.")
final class RunCommand implements Callable<Integer> {
  private final Stop stop;

  @Mixin private ConfigFile configFile = new ConfigFile();

  @Mixin private EmbeddedBrokerOption embeddedBroker = new EmbeddedBrokerOption();

  @Option(
      names = "--accept-new-partitions",
      description = {
        "Also learn from partitions that were added to the examples topic (or to the topics of"
            + " events and labels) since the last start. Without this option, the start is refused.",
        "Needed once. Nothing that was learned is lost."
      })
  private boolean acceptNewPartitions;

  RunCommand(Stop stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws ConfigException {
    MillraceConfig config = configFile.read();
    try (EmbeddedBroker broker = embeddedBroker.start(config)) {
      if (broker != null) {
        broker.onFatal(stop::fail);
      }
      learn(config);
    }
    return 0;
  }

  private void learn(MillraceConfig config) throws ConfigException {
    LearnerSession.run(
        config,
        stop,
        acceptNewPartitions,
        board -> Dashboard.start(config, board),
        (board, dashboard) -> {
          System.out.printf(
              Locale.ROOT,
              "Model %s learns from topic %s on Kafka at %s. Press Ctrl-C to stop.%n",
              config.model().name(),
              config.topics().examples(),
              config.bootstrapServers());
          KernelReport.announce(config);
          dashboard.announce();
          new StatusDisplay(board).showUntil(stop, () -> false);
        });
  }
}
