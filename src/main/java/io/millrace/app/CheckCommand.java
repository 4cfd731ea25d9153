package io.millrace.app;

import io.millrace.app.events.EventFile;
import io.millrace.app.process.ExitException;
import io.millrace.codec.event.ExampleDecoder;
import io.millrace.codec.log.ModelCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.config.ModelConfig;
import io.millrace.example.Feature;
import io.millrace.example.Features;
import io.millrace.example.MiniBatch;
import io.millrace.example.Rejection;
import io.millrace.learn.Model;
import io.millrace.nn.SparseRows;
import io.millrace.topology.ExampleDecoders;
import io.millrace.topology.InitialModel;
import io.millrace.topology.Preflight;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.ejml.data.DMatrixSparseCSC;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code check}: prints what a configuration means, without a connection to Kafka. The output is
 * YAML: the configuration, with everything else in comments.
 */
@Command(
    name = "check",
    description = {
      "Check a configuration and print it with all defaults. Does not connect to Kafka.",
      "Lists the inputs of the model by number and name. With --event it prints the value of each"
          + " input for an event, or why the event would be rejected; the exit code is 0 either way."
    })
final class CheckCommand implements Callable<Integer> {
  /** The limit of the list of inputs. It is for people. */
  private static final int MOST_LISTED = 10_000;

  private static final double MEGABYTE = 1e6;

  @Mixin private ConfigFile configFile = new ConfigFile();

  @Option(
      names = "--event",
      paramLabel = "FILE",
      description =
          "A file with one event, or with several as JSON lines (float64 and float32: records"
              + " without separators). - reads standard input. Nothing is sent or learned.")
  private @Nullable String eventFile;

  @Override
  public Integer call() throws ConfigException {
    MillraceConfig config = configFile.read();
    Preflight.check(config);
    Model model = InitialModel.of(config);
    List<byte[]> events = eventFile == null ? List.of() : events(config, eventFile);
    System.out.println(configFile.describe());
    System.out.printf(
        Locale.ROOT, "# model: %,d parameters%n", model.architecture().parameterCount());
    System.out.printf(Locale.ROOT, "# matrix products: %s%n", KernelReport.describe(config));
    printGrowth(config);
    printInputs(config);
    printEvents(config, events);
    return 0;
  }

  private static List<byte[]> events(MillraceConfig config, String file) {
    try {
      return EventFile.read(file, decoder(config));
    } catch (InterruptedIOException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      throw ExitException.usage(
          String.format(Locale.ROOT, "--event: %s cannot be read: %s", file, e));
    }
  }

  /** If labels come later, an event has no label. */
  private static ExampleDecoder decoder(MillraceConfig config) {
    return config.example().labels().isPresent()
        ? ExampleDecoders.withoutLabel(config)
        : ExampleDecoders.of(config);
  }

  /** A sparse input has weights from when it is first learned. */
  private static void printGrowth(MillraceConfig config) {
    ModelConfig model = config.model();
    long rows = model.sparseInputs();
    if (rows == 0) {
      return;
    }
    int arrays = config.training().optimizer().arrays();
    long state = 2 * ModelCodec.rowBytes(rows, model.hidden(), arrays); // two slots
    System.out.printf(
        Locale.ROOT,
        "# can grow to %,d rows of sparse inputs, one for each that is seen: %.1f MB of heap, %.1f MB"
            + " of state%n",
        rows,
        (SparseRows.heapBytes(rows, model.hidden(), arrays) + state) / MEGABYTE,
        state / MEGABYTE);
  }

  private static void printInputs(MillraceConfig config) {
    System.out.printf(Locale.ROOT, "# inputs%n");
    if (config.example().features() instanceof Features.Named named) {
      printRanges(config, named);
      return;
    }
    int inputs = config.model().inputs();
    for (int i = 0; i < Math.min(inputs, MOST_LISTED); i++) {
      System.out.printf(Locale.ROOT, "#   %d  %s%n", i, name(config, i));
    }
    if (inputs > MOST_LISTED) {
      System.out.printf(Locale.ROOT, "#   ... to %d  %s%n", inputs - 1, name(config, inputs - 1));
    }
  }

  /** The inputs of a hash have no names worth a line each. */
  private static void printRanges(MillraceConfig config, Features.Named named) {
    int first = 0;
    for (Feature feature : named.denseFirst()) {
      int end = first + feature.inputs();
      if (feature instanceof Feature.Hashed && feature.inputs() > 1) {
        System.out.printf(
            Locale.ROOT,
            "#   %d..%d  %s, hashed%n",
            first,
            end - 1,
            printable(feature.field().text()));
      } else {
        for (int i = first; i < end; i++) {
          System.out.printf(Locale.ROOT, "#   %d  %s%n", i, name(config, i));
        }
      }
      first = end;
    }
  }

  private static void printEvents(MillraceConfig config, List<byte[]> events) {
    ExampleDecoder decoder = decoder(config);
    MiniBatch example =
        new MiniBatch(
            config.model().denseInputs(),
            config.model().sparseInputs(),
            config.model().outputs(),
            1);
    for (int event = 0; event < events.size(); event++) {
      Rejection rejection = decoder.decode(events.get(event), example);
      if (rejection == null) {
        example.append(0, event);
        printExample(config, event + 1, example);
        example.clear();
      } else {
        System.out.printf(
            Locale.ROOT,
            "# event %d would be rejected: %s: %s%n",
            event + 1,
            rejection.reason().code(),
            rejection.detail());
      }
    }
  }

  private static void printExample(MillraceConfig config, int event, MiniBatch example) {
    System.out.printf(Locale.ROOT, "# event %d%n", event);
    for (int i = 0; i < example.inputs(); i++) {
      printInput(config, i, example.xt().data[i]);
    }
    DMatrixSparseCSC xs = example.xs();
    for (int k = 0; k < xs.nz_length; k++) {
      printInput(config, example.inputs() + xs.nz_rows[k], xs.nz_values[k]);
    }
    if (config.example().labels().isPresent()) {
      return;
    }
    double[] label = Arrays.copyOf(example.yt().data, example.outputs());
    System.out.printf(
        Locale.ROOT,
        "#   label  %s  %s%n",
        config.example().label().field(),
        label.length == 1 ? String.valueOf(label[0]) : Arrays.toString(label));
  }

  private static void printInput(MillraceConfig config, int i, double value) {
    System.out.printf(Locale.ROOT, "#   %d  %s  %s%n", i, name(config, i), value);
  }

  /** The name of an input, on one line. */
  private static String name(MillraceConfig config, int i) {
    return printable(config.example().features().inputName(i));
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "\uFFFD");
  }
}
