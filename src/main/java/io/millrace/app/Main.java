package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.app.kafka.KafkaFailure;
import io.millrace.app.process.ExitException;
import io.millrace.app.process.Stop;
import io.millrace.app.process.Version;
import io.millrace.broker.BrokerException;
import io.millrace.config.ConfigException;
import io.millrace.config.Fault;
import io.millrace.config.reader.Secrets;
import io.millrace.topology.LearnerException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** Starts the command that the arguments name. */
@Command(
    name = "millrace",
    description = "An online learner for Apache Kafka.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private static final String TOO_SMALL =
      "Not enough memory. Raise the heap of the JVM with -Xmx, for example: java -Xmx1g -jar ...";

  /**
   * The smallest heap. With less, Kafka's clients fail in their own threads, each with another
   * error.
   */
  private static final long LEAST_HEAP = 28L << 20;

  /** Made at the start, because after an OutOfMemoryError they could not be made. */
  private static final OutputStream STANDARD_ERROR = new FileOutputStream(FileDescriptor.err);

  private static final byte[] OUT_OF_MEMORY = (TOO_SMALL + System.lineSeparator()).getBytes(UTF_8);

  private static final Set<String> LEARNERS = Set.of("run", "demo");

  private Main() {}

  public static void main(String[] args) {
    Stop stop = new Stop();
    stop.onShutdown();
    Thread.setDefaultUncaughtExceptionHandler(Main::onUncaught);
    int code = ExitException.FAILURE;
    try {
      if (Runtime.getRuntime().maxMemory() < LEAST_HEAP) {
        throw new OutOfMemoryError();
      }
      code = run(stop, args);
    } catch (
        Throwable e) { // any error: without a main thread, the other threads would run for ever
      endAtOnce(e);
    }
    stop.finished(code);
    System.exit(code);
  }

  /** Ends the process at once. After an error of the JVM, a clean close is not reliable. */
  private static void onUncaught(Thread thread, Throwable e) {
    if (e instanceof VirtualMachineError) {
      endAtOnce(e);
    }
    LoggerFactory.getLogger(Main.class).error("Thread {} failed: {}", thread.getName(), e, e);
  }

  private static void endAtOnce(Throwable e) {
    try {
      if (e instanceof OutOfMemoryError) {
        STANDARD_ERROR.write(OUT_OF_MEMORY);
      } else {
        System.err.println(describe(e));
      }
    } catch (IOException unwritten) {
      // the stream is closed
    } finally {
      Runtime.getRuntime().halt(ExitException.FAILURE);
    }
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
    line.setExecutionExceptionHandler((e, command, parsed) -> failed(stop, e, command));
    int code = line.execute(args);
    if (code == 0 && printsResults(line) && System.out.checkError()) {
      line.getErr().println("Cannot write to standard output: the result is incomplete");
      return ExitException.FAILURE;
    }
    return code;
  }

  /**
   * Whether the output is the result of the command. A learner continues if nobody reads its
   * figures.
   */
  private static boolean printsResults(CommandLine line) {
    CommandLine.ParseResult parsed = line.getParseResult();
    return parsed == null
        || !parsed.hasSubcommand()
        || !LEARNERS.contains(parsed.subcommand().commandSpec().name());
  }

  private static int wrongUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    String message = String.valueOf(e.getMessage());
    for (String argument : args) { // picocli repeats arguments that it does not know
      message = message.replace(argument, Secrets.mask(argument));
    }
    String fault = message.lines().findFirst().orElse("Wrong usage");
    err.printf(
        Locale.ROOT, "%s. Try: %s --help%n", fault, command.getCommandSpec().qualifiedName());
    return ExitException.USAGE;
  }

  private static int failed(Stop stop, Exception e, CommandLine command) {
    LoggerFactory.getLogger(Main.class).debug("The command failed", e);
    String failure = stop.failure();
    if (stop.hasCaused(e) && failure == null) {
      command.getErr().println("Stopped before it was done");
      return command.getCommand() instanceof ReplayCommand ? ExitException.FAILURE : 0;
    }
    ExitException exit =
        stop.hasCaused(e) && failure != null ? ExitException.failure(failure, e) : toExit(e);
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
      return ExitException.failure("Kafka: " + KafkaFailure.describe(e), e);
    }
    return ExitException.failure(describe(e), e);
  }

  /** One line for an unexpected failure. */
  private static String describe(Throwable e) {
    Throwable error =
        Stream.iterate(e, Objects::nonNull, Throwable::getCause)
            .filter(Error.class::isInstance)
            .findFirst()
            .orElse(e);
    if (error instanceof OutOfMemoryError) {
      return TOO_SMALL;
    }
    Optional<String> known = KafkaFailure.ofSystem(e);
    if (known.isPresent()) {
      return String.format(Locale.ROOT, "Failure: %s", known.get());
    }
    return String.format(
        Locale.ROOT, "Unexpected failure: %s. Run again with --verbose for details.", error);
  }
}
