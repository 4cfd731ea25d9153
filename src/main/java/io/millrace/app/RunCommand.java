package io.millrace.app;

import io.millrace.broker.EmbeddedBroker;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}: the learner against the Kafka of a configuration. */
@Command(
    name = "run",
    description = "Learn from the topic that the configuration names, until Ctrl-C.")
final class RunCommand implements Callable<Integer> {
  private static final String TEMPORARY = "";

  private final Stop stop;

  @Mixin private ConfigFile configFile = new ConfigFile();

  @Option(
      names = "--embedded-broker",
      arity = "0..1",
      fallbackValue = TEMPORARY,
      paramLabel = "DIR",
      description =
          "Also start a single-node Kafka in this process, listening on kafka.bootstrap.servers;"
              + " its data stay in DIR, or in a temporary folder.")
  private @Nullable String brokerFolder;

  RunCommand(Stop stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws ConfigException {
    MillraceConfig config = configFile.read();
    if (brokerFolder == null) {
      learn(config);
      return 0;
    }
    try (EmbeddedBroker broker = startBroker(config, brokerFolder)) {
      broker.onFatal(stop::fail);
      learn(config);
    }
    return 0;
  }

  private static EmbeddedBroker startBroker(MillraceConfig config, String folder) {
    HostAndPort address = HostAndPort.of(config);
    return folder.equals(TEMPORARY)
        ? EmbeddedBroker.startTemporary(address.host(), address.port())
        : EmbeddedBroker.start(address.host(), address.port(), Path.of(folder));
  }

  private void learn(MillraceConfig config) throws ConfigException {
    try (LearnerBoard board = new LearnerBoard(config, stop);
        Dashboard dashboard = Dashboard.start(config, board);
        LearnerService learner = LearnerService.start(config, stop, board);
        TopicFollower follower = TopicFollower.start(config, board);
        TopicSurvey survey = TopicSurvey.start(config, board)) {
      System.out.printf(
          "Model %s learns from topic %s of Kafka at %s; Ctrl-C stops%n",
          config.model().name(), config.topics().examples(), config.bootstrapServers());
      Products.announce(config);
      dashboard.announce();
      new StatusDisplay(board).showUntil(stop, () -> false);
      stop.throwIfFailed();
    }
  }
}
