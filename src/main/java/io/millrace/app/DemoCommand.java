package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.app.events.FlightReplay;
import io.millrace.app.events.Flights;
import io.millrace.app.events.Rate;
import io.millrace.app.kafka.HostAndPort;
import io.millrace.app.process.Stop;
import io.millrace.app.show.Dashboard;
import io.millrace.app.show.LearnerBoard;
import io.millrace.app.show.StatusDisplay;
import io.millrace.broker.BrokerException;
import io.millrace.broker.EmbeddedBroker;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.ConfigReader;
import io.millrace.config.reader.Durations;
import io.millrace.learn.BatchMetrics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code demo}: an embedded broker, a stream of real flights and the learner, in one process. */
@Command(
    name = "demo",
    description =
        "Learn from a stream of real flights whether a flight will be more than 15 minutes late."
            + " Starts its own Kafka.")
final class DemoCommand implements Callable<Integer> {
  private static final String CONFIG = "flights.yaml";

  private final Stop stop;

  @Mixin private CommonOptions common = new CommonOptions();

  @Option(
      names = "--for",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Stop after this time, for example 30s.")
  private @Nullable Duration duration;

  @Option(
      names = "--until-end",
      description = "Send the flights once, and stop when all of them are learned.")
  private boolean untilEnd;

  @Option(
      names = "--rate",
      paramLabel = "N/s",
      defaultValue = "2500/s",
      converter = Rate.Converter.class,
      description = "Flights per second; default: ${DEFAULT-VALUE}.")
  private @Nullable Rate rate;

  DemoCommand(Stop stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws ConfigException {
    MillraceConfig config = config();
    Flights flights = Flights.load(config.example());
    try (EmbeddedBroker broker = startBroker(config)) {
      broker.onFatal(stop::fail);
      learn(config.withBootstrapServers(broker.bootstrapServers()), flights);
    }
    return 0;
  }

  private MillraceConfig config() throws ConfigException {
    try (InputStream in = DemoCommand.class.getResourceAsStream(CONFIG)) {
      String yaml = new String(in.readAllBytes(), UTF_8);
      return ConfigReader.read(yaml, CONFIG, common.overrides(), System::getenv);
    } catch (IOException e) {
      throw new UncheckedIOException("The demo's configuration cannot be read", e);
    }
  }

  /** On the configured port. If that port is in use and no option asks for it: on any free port. */
  private EmbeddedBroker startBroker(MillraceConfig config) {
    HostAndPort address = HostAndPort.of(config);
    try {
      return EmbeddedBroker.startTemporary(address.host(), address.port());
    } catch (BrokerException e) {
      if (isSet("kafka.bootstrap.servers")) {
        throw e;
      }
      return EmbeddedBroker.startTemporary(address.host(), 0);
    }
  }

  /** On the configured port. If that port is in use and no option asks for it: on any free port. */
  private Dashboard startDashboard(MillraceConfig config, LearnerBoard board) {
    return isSet("http.port")
        ? Dashboard.start(config, board)
        : Dashboard.startAnywhere(config, board);
  }

  private boolean isSet(String key) {
    return common.overrides().stream().anyMatch(set -> set.startsWith(key + "="));
  }

  private void learn(MillraceConfig config, Flights flights) throws ConfigException {
    LearnerSession.run(
        config,
        stop,
        board -> startDashboard(config, board),
        (board, dashboard) -> {
          introduce(config, flights);
          dashboard.announce();
          System.out.println();
          try (FlightReplay replay = FlightReplay.start(config, flights, rate, !untilEnd, stop)) {
            new StatusDisplay(board).showUntil(stop, end(board, flights));
          }
        });
  }

  private BooleanSupplier end(LearnerBoard board, Flights flights) {
    long deadline = duration == null ? Long.MAX_VALUE : System.nanoTime() + duration.toNanos();
    return () -> {
      long learned = board.progress().newest().map(BatchMetrics::totalExamples).orElse(0L);
      return System.nanoTime() >= deadline
          || (untilEnd && learned + board.deadLetters().total() >= flights.size());
    };
  }

  private static void introduce(MillraceConfig config, Flights flights) {
    System.out.printf(
        Locale.ROOT,
        "Will a flight be more than 15 minutes late? %,d real US flights of January 2001, replayed"
            + " as a stream.%nA network of %d inputs and %d hidden units learns from topic %s on"
            + " Kafka at %s. Press Ctrl-C to stop.%n",
        flights.size(),
        config.model().inputs(),
        config.model().hidden(),
        config.topics().examples(),
        config.bootstrapServers());
    KernelReport.announce(config);
  }

  /** Reads a duration in the syntax of the configuration. */
  private static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return Durations.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
