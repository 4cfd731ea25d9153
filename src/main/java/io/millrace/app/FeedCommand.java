package io.millrace.app;

import io.millrace.app.events.CsvEvents;
import io.millrace.app.events.EventSender;
import io.millrace.app.events.EventSource;
import io.millrace.app.events.JsonLines;
import io.millrace.app.events.Rate;
import io.millrace.app.kafka.KafkaClients;
import io.millrace.app.kafka.SilentConsumer;
import io.millrace.app.process.ExitException;
import io.millrace.app.process.Stop;
import io.millrace.app.process.Terminal;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.topology.Topics;
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
@Command(name = "feed", description = "Send events to the examples topic.")
final class FeedCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";
  private static final int UNKNOWN = -1;

  private final Stop stop;

  @Mixin private ConfigFile configFile = new ConfigFile();

  @Parameters(
      paramLabel = "FILE",
      description = "A .csv with a header row or a .jsonl, either also .gz; - reads JSON lines.")
  private String file = STANDARD_INPUT;

  @Option(
      names = "--rate",
      paramLabel = "N/s",
      converter = Rate.Converter.class,
      description = "At most N events a second.")
  private @Nullable Rate rate;

  @Option(names = "--repeat", paramLabel = "N", description = "Send the file N times.")
  private int repeat = 1;

  @Option(names = "--limit", paramLabel = "N", description = "Send N events in all, at most.")
  private long limit = Long.MAX_VALUE;

  FeedCommand(Stop stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws ConfigException {
    requirePositive("--repeat", repeat);
    requirePositive("--limit", limit);
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
          String.format(Locale.ROOT, "%s cannot be read further: %s", file, reason(e)), e);
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
    try (EventSender sender = new EventSender(config, rate)) {
      try (ProgressBar bar = progressBar()) { // closed before the last line: it draws once more
        send(first, sender, bar);
        for (int pass = 2; pass <= repeat && wanted(sender); pass++) {
          try (EventSource again = open(config)) {
            send(again, sender, bar);
          }
        }
        sender.flush();
      }
      System.err.printf(
          Locale.ROOT,
          "Sent %,d events to topic %s in %.1f s%n",
          sender.sent(),
          config.topics().examples(),
          (System.nanoTime() - begun) / 1e9);
    }
  }

  private void send(EventSource events, EventSender sender, ProgressBar bar) throws IOException {
    while (wanted(sender)) {
      byte[] event = events.next();
      if (event == null) {
        return;
      }
      sender.send(event);
      bar.stepTo(sender.sent());
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
      bar.setConsumer(new SilentConsumer());
    }
    return bar.build();
  }

  private EventSource open(MillraceConfig config) {
    if (file.equals(STANDARD_INPUT)) {
      return new JsonLines(System.in);
    }
    String name = file.endsWith(".gz") ? file.substring(0, file.length() - 3) : file;
    if (!name.endsWith(".csv") && !name.endsWith(".jsonl")) {
      throw ExitException.usage(
          String.format(
              Locale.ROOT,
              "%s: expected a file that ends in .csv, .jsonl, .csv.gz or .jsonl.gz",
              file));
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
