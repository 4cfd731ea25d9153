package io.millrace.benchmark;

import io.millrace.benchmark.Bench.Run;
import io.millrace.benchmark.Bench.Setup;
import io.millrace.config.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * From the topic to the learned model: in one run, one after the other and again, a topology that
 * only counts the records, one that only decodes them, the learner at-least-once, the learner
 * exactly-once, and a consumer in Python with PyTorch. The topic is filled before; the first 40 %
 * of each reading are warm-up, and before all others the broker has readings of its own to warm up;
 * the table has the medians of the rounds.
 */
@Command(name = "end-to-end", mixinStandardHelpOptions = true)
final class EndToEndBenchmark implements Callable<Integer> {
  private static final String COUNT = "count only";
  private static final String DECODE = "decode only";
  private static final String AT_LEAST_ONCE = "learner, at-least-once";
  private static final String EXACTLY_ONCE = "learner, exactly-once";
  private static final String PYTHON = "Python, PyTorch";
  private static final double PYTHON_SHARE = 0.15;

  @Option(names = "--shapes", split = ",", description = "inputs/hidden/batch (${DEFAULT-VALUE})")
  private List<String> shapes = List.of("30/16/64", "100/64/64", "784/128/64");

  @Option(names = "--formats", split = ",", description = "json, float32 (${DEFAULT-VALUE})")
  private List<String> formats = List.of("json", "float32");

  @Option(names = "--readers", split = ",", description = "count, decode, alo, eos, python")
  private List<String> readers = List.of("count", "decode", "alo", "eos", "python");

  @Option(names = "--rounds", description = "readings of each (${DEFAULT-VALUE})")
  private int rounds = 3;

  @Option(
      names = "--warm-up",
      description = "readings that do not count, before all: the broker's (${DEFAULT-VALUE})")
  private int warmUp = 2;

  @Option(names = "--megabytes", description = "of a topic (json 1800, float32 5000)")
  private @Nullable Integer megabytes;

  @Option(names = "--digits", description = "of a number of JSON: 3 or 17 (${DEFAULT-VALUE})")
  private int digits = 3;

  @Option(names = "--partitions", description = "of the topic (${DEFAULT-VALUE})")
  private int partitions = 1;

  @Option(names = "--threads", description = "stream threads (${DEFAULT-VALUE})")
  private int threads = 2;

  @Option(names = "--heap", description = "of the process that reads (${DEFAULT-VALUE})")
  private String heap = "512m";

  @Option(names = "--kernel", description = "vector or ejml (${DEFAULT-VALUE})")
  private String kernel = "vector";

  @Option(names = "--kafka", description = "a client property, KEY=VALUE; may be repeated")
  private List<String> kafka = List.of();

  @Option(names = "--profile", description = "a folder for a recording of JDK Flight Recorder each")
  private @Nullable Path profile;

  static void run(List<String> args) {
    int exit = new CommandLine(new EndToEndBenchmark()).execute(args.toArray(String[]::new));
    if (exit != 0) {
      System.exit(exit);
    }
  }

  @Override
  public Integer call() throws Exception {
    System.out.printf("%s; %d rounds, medians%n", Bench.machine(), rounds);
    try (Bench bench = Bench.start()) {
      for (String format : formats) {
        for (String shape : shapes) {
          compare(bench, Shape.parse(shape), format);
        }
      }
    }
    return 0;
  }

  private void compare(Bench bench, Shape shape, String format) throws Exception {
    Format parsed = Format.valueOf(format.toUpperCase(Locale.ROOT));
    int bytes =
        parsed == Format.FLOAT32
            ? 4 * (shape.inputs() + 1)
            : 22 + shape.inputs() * (digits == 3 ? 7 : 21);
    long examples = megabytes(parsed) * 1_000_000L / bytes;
    examples -= examples % ((long) shape.batchSize() * partitions);
    ExampleTopic topic =
        ExampleTopic.fill(bench.servers(), parsed, shape.inputs(), digits, partitions, examples);
    System.out.printf(
        "%n%s, %s: %,d examples of %.0f bytes, %d partition(s), %d threads%n%n",
        format, shape, topic.examples(), topic.recordBytes(), partitions, threads);
    for (; warmUp > 0; warmUp--) {
      read(bench, "eos", shape, format, topic, 0);
    }
    Map<String, List<Run>> runs = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (String reader : readers) {
        Duration before = bench.brokerCpu();
        Run run = read(bench, reader, shape, format, topic, round);
        if (run != null) {
          runs.computeIfAbsent(title(reader), title -> new ArrayList<>()).add(run);
          double brokerNanos = bench.brokerCpu().minus(before).toNanos();
          System.err.printf(
              "%s, round %d: %,.0f/s; the broker took %.2f us of CPU an example, warm-up"
                  + " included%n",
              title(reader), round + 1, run.perSecond(), brokerNanos / 1e3 / topic.examples());
        }
      }
    }
    print(runs, topic);
  }

  /** As much as takes half a minute to learn: the JIT compiler works for the first of it. */
  private int megabytes(Format format) {
    return megabytes != null ? megabytes : format == Format.JSON ? 1800 : 5000;
  }

  private static String title(String reader) {
    return switch (reader) {
      case "count" -> COUNT;
      case "decode" -> DECODE;
      case "alo" -> AT_LEAST_ONCE;
      case "eos" -> EXACTLY_ONCE;
      case "python" -> PYTHON;
      default -> throw new IllegalArgumentException("No reader " + reader);
    };
  }

  private @Nullable Run read(
      Bench bench, String reader, Shape shape, String format, ExampleTopic topic, int round)
      throws IOException {
    if (reader.equals("python")) {
      return format.equals("json")
          ? PythonPeer.run(bench.servers(), topic, shape, PYTHON_SHARE)
          : null;
    }
    String kind = reader.equals("count") || reader.equals("decode") ? reader : "learn";
    String guarantee = reader.equals("alo") ? "at-least-once" : "exactly-once";
    List<String> jvm = new ArrayList<>(List.of("-Xmx" + heap));
    if (kernel.equals("vector")) {
      jvm.add("--add-modules=jdk.incubator.vector");
    }
    return bench.run(
        new Setup(
            kind,
            guarantee,
            shape,
            format,
            threads,
            kafka,
            jvm,
            recording(reader, shape, format, round)),
        topic);
  }

  private @Nullable Path recording(String reader, Shape shape, String format, int round)
      throws IOException {
    if (profile == null) {
      return null;
    }
    Files.createDirectories(profile);
    return profile.resolve(
        "%s-%s-%s-%d.jfr".formatted(reader, format, shape.toString().replace('/', '-'), round));
  }

  private static void print(Map<String, List<Run>> runs, ExampleTopic topic) {
    System.out.println(
        "| reader | examples/s | examples/CPU s | cores | of count | of decode | bytes allocated an example (of the record) | in collections |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (Map.Entry<String, List<Run>> each : runs.entrySet()) {
      double perSecond = median(each.getValue(), Run::perSecond);
      double allocated = median(each.getValue(), Run::allocated);
      System.out.printf(
          "| %s | %,.0f | %,.0f | %.2f | %s | %s | %s | %.1f %% |%n",
          each.getKey(),
          perSecond,
          median(each.getValue(), Run::perCpuSecond),
          median(each.getValue(), run -> run.cpu() / run.wall()),
          ratio(perSecond, runs.get(COUNT), Run::perSecond),
          ratio(perSecond, runs.get(DECODE), Run::perSecond),
          allocated == 0 ? "" : "%.0f (%.2f)".formatted(allocated, allocated / topic.recordBytes()),
          median(each.getValue(), run -> 100 * run.gc() / run.wall()));
    }
    List<Run> exactlyOnce = runs.getOrDefault(EXACTLY_ONCE, List.of());
    if (!exactlyOnce.isEmpty()) {
      System.out.printf(
          "%nexactly-once : at-least-once %s; per CPU second, exactly-once : Python %s%n",
          ratio(median(exactlyOnce, Run::perSecond), runs.get(AT_LEAST_ONCE), Run::perSecond),
          ratio(median(exactlyOnce, Run::perCpuSecond), runs.get(PYTHON), Run::perCpuSecond));
    }
  }

  private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
    return Bench.median(runs.stream().mapToDouble(figure).toArray());
  }

  private static String ratio(
      double figure, @Nullable List<Run> of, ToDoubleFunction<Run> reference) {
    return of == null ? "" : "%.2f".formatted(figure / median(of, reference));
  }
}
