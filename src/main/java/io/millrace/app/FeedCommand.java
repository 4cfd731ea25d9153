package io.millrace.app;

import io.millrace.app.events.BadRowException;
import io.millrace.app.events.CsvEvents;
import io.millrace.app.events.EventSender;
import io.millrace.app.events.EventSource;
import io.millrace.app.events.JsonLines;
import io.millrace.app.events.Rate;
import io.millrace.app.kafka.HiddenProgressBar;
import io.millrace.app.kafka.KafkaClients;
import io.millrace.app.process.Counted;
import io.millrace.app.process.ExitException;
import io.millrace.app.process.StandardInput;
import io.millrace.app.process.Stop;
import io.millrace.app.process.Terminal;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.topology.topics.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code feed}: sends the events of a file to the examples topic. */
@Command(name = "feed", description = "Send the events of a file to the examples topic.")
final class FeedCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";
  private static final int UNKNOWN = -1;

  private final Stop stop;

  @Mixin private ConfigFile configFile = new ConfigFile();

  @Parameters(
      paramLabel = "FILE",
      description =
          "A .csv file with a header row, a .jsonl file (one JSON event per line), or one of them"
              + " compressed (.gz). - reads JSON lines from standard input.")
  private String file = STANDARD_INPUT;

  @Option(
      names = "--rate",
      paramLabel = "N/s",
      converter = Rate.Converter.class,
      description = "Send at most N events per second.")
  private @Nullable Rate rate;

  @Option(names = "--repeat", paramLabel = "N", description = "Send the file N times.")
  private int repeat = 1;

  @Option(names = "--limit", paramLabel = "N", description = "Send at most N events in total.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--skip-first",
      paramLabel = "N",
      description =
          "Skip the first N events. A feed that stops early prints the N to continue with.")
  private long skipFirst;

  @Option(
      names = "--bad-rows",
      paramLabel = "stop|skip",
      description =
          "What to do with a row that cannot become an event, for example a row with more cells than"
              + " the header: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private BadRows badRows = BadRows.stop;

  private long passedOver;
  private long badRowCount;
  private @Nullable BadRowException firstBadRow;

  /** What to do with a row that cannot become an event. */
  private enum BadRows {
    stop,
    skip
  }

  FeedCommand(Stop stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws ConfigException {
    requirePositive("--repeat", repeat);
    requirePositive("--limit", limit);
    if (skipFirst < 0) {
      throw ExitException.usage("--skip-first: expected 0 or more, got " + skipFirst);
    }
    if (repeat > 1 && file.equals(STANDARD_INPUT)) {
      throw ExitException.usage("--repeat: standard input can be read only once");
    }
    MillraceConfig config = configFile.read();
    try (EventSource first = open(config)) {
      try (Admin admin = new KafkaClients(config).reach()) {
        new Topics(config, admin).ensureExamples();
      }
      send(config, first);
    } catch (IOException e) {
      throw ExitException.failure(
          String.format(Locale.ROOT, "%s: reading stopped: %s", file, reason(e)), e);
    }
    return 0;
  }

  private static void requirePositive(String option, long value) {
    if (value < 1) {
      throw ExitException.usage(
          String.format(Locale.ROOT, "%s: expected 1 or more, got %d", option, value));
    }
  }

  private void send(MillraceConfig config, EventSource first) throws IOException {
    long begun = System.nanoTime();
    EventSender sender = new EventSender(config, rate);
    try {
      try (sender) {
        sendAll(config, first, sender);
      }
      sender.throwIfFailed();
    } catch (ExitException e) {
      throw aborted(String.join("; ", e.lines()), sender, e);
    } catch (BadRowException e) {
      throw aborted(
          String.format(Locale.ROOT, "%s, line %,d: %s", file, e.line(), e.reason()), sender, e);
    } catch (IOException e) {
      throw aborted(
          String.format(Locale.ROOT, "%s: reading stopped: %s", file, ExitException.reason(e)),
          sender,
          e);
    }
    System.err.printf(
        Locale.ROOT,
        "Sent %s to topic %s in %.1f s%s%n",
        Counted.of(sender.sent(), "event"),
        config.topics().examples(),
        (System.nanoTime() - begun) / 1e9,
        skippedRows());
  }

  private String skippedRows() {
    BadRowException first = firstBadRow;
    return first == null
        ? ""
        : String.format(
            Locale.ROOT,
            "; skipped %s, the first on line %,d: %s",
            Counted.of(badRowCount, "bad row"),
            first.line(),
            first.reason());
  }

  /** Says why sending stopped early, how many events were sent, and how to continue. */
  private ExitException aborted(String reason, EventSender sender, Throwable cause) {
    String remedy =
        cause instanceof BadRowException
            ? "correct the row, or skip such rows with --bad-rows skip, and continue"
            : "continue";
    return ExitException.failure(
        String.format(
            Locale.ROOT,
            "%s. Sent %s before this; %s with --skip-first %d",
            reason,
            Counted.of(sender.delivered(), "event"),
            remedy,
            skipFirst + sender.delivered()),
        cause);
  }

  private void sendAll(MillraceConfig config, EventSource first, EventSender sender)
      throws IOException {
    try (ProgressBar bar =
        progressBar()) { // closed before the last line is printed: closing draws the bar once more
      send(first, sender, bar);
      for (int pass = 2; pass <= repeat && wanted(sender); pass++) {
        try (EventSource again = open(config)) {
          send(again, sender, bar);
        }
      }
      sender.flush();
    } catch (IOException | BadRowException e) {
      if (!stop.hasCaused(e)) {
        sender.flush();
        throw e;
      }
    } catch (RuntimeException e) {
      if (!stop.hasCaused(e)) {
        throw e;
      }
    } finally {
      stop.interruptNoMore(); // the sender waits for events that Kafka has not confirmed yet
    }
  }

  private void send(EventSource events, EventSender sender, ProgressBar bar) throws IOException {
    while (wanted(sender)) {
      try {
        byte[] event = events.next();
        if (event == null) {
          return;
        }
        if (passedOver < skipFirst) {
          passedOver++;
        } else {
          sender.send(event);
          bar.stepTo(sender.sent());
        }
      } catch (BadRowException e) {
        if (badRows == BadRows.stop) {
          throw e;
        }
        firstBadRow = firstBadRow == null ? e : firstBadRow;
        badRowCount++;
      }
    }
  }

  private boolean wanted(EventSender sender) {
    return sender.sent() < limit && !stop.isRequested();
  }

  private ProgressBar progressBar() {
    ProgressBarBuilder bar =
        new ProgressBarBuilder()
            .setTaskName("Sending")
            .setUnit(" events", 1)
            .setStyle(ProgressBarStyle.ASCII)
            .showSpeed()
            .setInitialMax(limit < Long.MAX_VALUE ? limit : UNKNOWN);
    if (!Terminal.isAttached()) {
      bar.setConsumer(new HiddenProgressBar());
    }
    return bar.build();
  }

  private EventSource open(MillraceConfig config) {
    if (file.equals(STANDARD_INPUT)) {
      return new JsonLines(StandardInput.open());
    }
    String name = file.endsWith(".gz") ? file.substring(0, file.length() - 3) : file;
    if (!name.endsWith(".csv") && !name.endsWith(".jsonl")) {
      throw ExitException.usage(
          String.format(
              Locale.ROOT,
              "%s: expected a file that ends in .csv, .jsonl, .csv.gz or .jsonl.gz%s",
              file,
              name.endsWith(".json") ? ". JSON must be one event per line: name it .jsonl" : ""));
    }
    try {
      InputStream in = EventSource.unpacked(file, Files.newInputStream(Path.of(file)));
      return name.endsWith(".csv") ? new CsvEvents(in, config.example()) : new JsonLines(in);
    } catch (IOException e) {
      throw ExitException.usage(
          String.format(Locale.ROOT, "%s: cannot be read: %s", file, reason(e)));
    }
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException ? "there is no such file" : ExitException.reason(e);
  }
}
