package io.millrace.app;

import io.millrace.app.process.ExitException;
import io.millrace.app.process.Stop;
import io.millrace.app.process.Version;
import io.millrace.broker.BrokerException;
import io.millrace.config.ConfigException;
import io.millrace.config.Fault;
import io.millrace.topology.LearnerException;
import java.io.PrintWriter;
import java.util.Locale;
import org.apache.kafka.common.KafkaException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The way in. */
@Command(
    name = "millrace",
    description = "An online learner for Apache Kafka.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Stop stop = new Stop();
    stop.onShutdown();
    int code = run(stop, args);
    stop.finished(code);
    System.exit(code);
  }

  /** Runs one command and returns its exit code. */
  static int run(Stop stop, String... args) {
    CommandLine line =
        new CommandLine(new Main())
            .addSubcommand(new DemoCommand(stop))
            .addSubcommand(new RunCommand(stop))
            .addSubcommand(new FeedCommand(stop))
            .addSubcommand(new ModelCommand())
            .addSubcommand(new ReplayCommand())
            .addSubcommand(new ResetCommand())
            .addSubcommand(new CheckCommand());
    line.setParameterExceptionHandler(Main::wrongUsage);
    line.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
    return line.execute(args);
  }

  private static int wrongUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    String fault = String.valueOf(e.getMessage()).lines().findFirst().orElse("Wrong usage");
    err.printf(
        Locale.ROOT, "%s; try: %s --help%n", fault, command.getCommandSpec().qualifiedName());
    return ExitException.USAGE;
  }

  private static int failed(Exception e, CommandLine command) {
    LoggerFactory.getLogger(Main.class).debug("The command failed", e);
    ExitException exit = toExit(e);
    exit.lines().forEach(command.getErr()::println);
    return exit.code();
  }

  private static ExitException toExit(Exception e) {
    if (e instanceof ExitException exit) {
      return exit;
    }
    if (e instanceof ConfigException config) {
      return ExitException.usage(config.faults().stream().map(Fault::toString).toList());
    }
    if (e instanceof LearnerException || e instanceof BrokerException) {
      return ExitException.failure(String.valueOf(e.getMessage()), e);
    }
    if (e instanceof KafkaException) {
      String said = String.valueOf(e.getMessage());
      return ExitException.failure("Kafka: " + (said.isBlank() ? e : said), e);
    }
    return ExitException.failure(
        String.format(
            Locale.ROOT, "Unexpected failure: %s. Run again with --verbose for details.", e),
        e);
  }
}
