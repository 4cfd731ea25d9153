package io.millrace.benchmark;

import io.millrace.benchmark.Bench.Run;
import io.millrace.benchmark.Bench.Setup;
import io.millrace.config.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How the learner, exactly-once, scales with the sizes of the model and the mini-batch, partitions
 * and threads, and whether an example costs the same after millions. Writes {@code scaling.md}, and
 * {@code scaling.svg} where gnuplot is installed. What was measured before stays in {@code
 * target/scaling}: with {@code --curves} the page can be made piece by piece.
 */
@Command(name = "scaling", mixinStandardHelpOptions = true)
final class ScalingBenchmark implements Callable<Integer> {
  private static final String CURVES = "features,hidden,batch,threads,model,flat";
  private static final int HIDDEN = 16;
  private static final int BATCH = 64;
  private static final int INPUTS = 30;

  @Option(names = "--curves", split = ",", description = CURVES)
  private List<String> curves = List.of(CURVES.split(",", -1));

  @Option(names = "--megabytes", description = "of a topic (${DEFAULT-VALUE})")
  private int megabytes = 400;

  @Option(names = "--flat", description = "examples of the long run (${DEFAULT-VALUE})")
  private long flat = 10_000_000;

  @Option(names = "--heap", description = "of the learner (${DEFAULT-VALUE})")
  private String heap = "1g";

  @Option(names = "--out", description = "the folder of the page (${DEFAULT-VALUE})")
  private Path out = Path.of("src/docs");

  private final StringBuilder page = new StringBuilder();

  static void run(List<String> args) {
    int exit = new CommandLine(new ScalingBenchmark()).execute(args.toArray(String[]::new));
    if (exit != 0) {
      System.exit(exit);
    }
  }

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(out);
    try (Bench bench = Bench.start()) {
      for (String curve : curves) {
        switch (curve) {
          case "features" -> features(bench);
          case "hidden" -> hidden(bench);
          case "batch" -> batch(bench);
          case "threads" -> threads(bench);
          case "model" -> model(bench);
          case "flat" -> flat(bench);
          default -> throw new IllegalArgumentException("No curve " + curve);
        }
        Files.writeString(part(curve), page);
        page.setLength(0);
      }
    }
    write();
    return 0;
  }

  private static Path part(String curve) throws IOException {
    return folder().resolve(curve + ".md");
  }

  /** Puts the page together from all that was measured. */
  private void write() throws IOException, InterruptedException {
    say("# How Millrace scales");
    say("");
    say(
        """
        `mvn -q -Pbenchmark -Dbenchmark=scaling` made this page on %s.
        The broker and the learner ran together on these cores. Unless a table says otherwise: JSON with
        numbers of three digits, exactly-once, the vector module, %d inputs, %d hidden units,
        mini-batches of %d, 1 partition, 2 threads.

        Each row is one reading of some seconds. The first 40 %% of it are warm-up. Readings scatter.
        The benchmark measures the speed of training. With several partitions, ingest may be ahead of
        training after the warm-up. The row then shows the speed of training alone."""
            .formatted(Bench.machine(), INPUTS, HIDDEN, BATCH));
    if (plot()) {
      say("");
      say("![Examples a second](scaling.svg)");
    }
    for (String curve : CURVES.split(",", -1)) {
      if (Files.exists(part(curve))) {
        page.append(Files.readString(part(curve)));
      }
    }
    Files.writeString(out.resolve("scaling.md"), page);
  }

  private void features(Bench bench) throws Exception {
    List<double[]> points = new ArrayList<>();
    table("Features", "features", "examples/s", "examples/CPU s", "MB/s");
    for (int inputs : new int[] {10, 30, 100, 300, 1000, 2000}) {
      ExampleTopic topic = topic(bench, inputs, 1, BATCH);
      Run run = bench.run(setup(new Shape(inputs, HIDDEN, BATCH), 2), topic);
      say(
          "| %,d | %,.0f | %,.0f | %.0f |"
              .formatted(
                  inputs,
                  run.perSecond(),
                  run.perCpuSecond(),
                  run.perSecond() * topic.recordBytes() / 1e6));
      points.add(new double[] {inputs, run.perSecond()});
    }
    data("features", points);
  }

  private void hidden(Bench bench) throws Exception {
    List<double[]> points = new ArrayList<>();
    ExampleTopic topic = topic(bench, INPUTS, 1, BATCH);
    table("Hidden units", "hidden units", "examples/s", "examples/CPU s");
    for (int hidden : new int[] {4, 16, 64, 256, 1024}) {
      Run run = bench.run(setup(new Shape(INPUTS, hidden, BATCH), 2), topic);
      say("| %,d | %,.0f | %,.0f |".formatted(hidden, run.perSecond(), run.perCpuSecond()));
      points.add(new double[] {hidden, run.perSecond()});
    }
    data("hidden", points);
  }

  private void batch(Bench bench) throws Exception {
    List<double[]> points = new ArrayList<>();
    ExampleTopic topic = topic(bench, INPUTS, 1, 1024);
    table("Mini-batch size", "examples in a mini-batch", "examples/s", "examples/CPU s");
    for (int size : new int[] {8, 16, 32, 64, 256, 1024}) {
      Run run = bench.run(setup(new Shape(INPUTS, HIDDEN, size), 2), topic);
      say("| %,d | %,.0f | %,.0f |".formatted(size, run.perSecond(), run.perCpuSecond()));
      points.add(new double[] {size, run.perSecond()});
    }
    data("batch", points);
  }

  private void threads(Bench bench) throws Exception {
    table("Partitions and threads", "partitions", "threads", "examples/s", "examples/CPU s");
    for (int partitions : new int[] {1, 2, 4}) {
      ExampleTopic topic = topic(bench, INPUTS, partitions, BATCH);
      for (int threads : new int[] {1, 2, 3}) {
        Run run = bench.run(setup(new Shape(INPUTS, HIDDEN, BATCH), threads), topic);
        say(
            "| %d | %d | %,.0f | %,.0f |"
                .formatted(partitions, threads, run.perSecond(), run.perCpuSecond()));
      }
    }
  }

  private void model(Bench bench) throws Exception {
    table(
        "Size of the model",
        "inputs/hidden",
        "parameters",
        "live heap, MB",
        "restart to the first mini-batch, s");
    for (Shape shape :
        List.of(
            new Shape(30, 16, BATCH),
            new Shape(100, 64, BATCH),
            new Shape(784, 128, BATCH),
            new Shape(784, 1024, BATCH),
            new Shape(2000, 1024, BATCH))) {
      ExampleTopic topic = topic(bench, shape.inputs(), 1, BATCH);
      Run run = bench.run(setup("restart", shape, 2), topic);
      long parameters = (shape.inputs() + 1L) * shape.hidden() + shape.hidden() + 1;
      say(
          "| %d/%d | %,d | %.0f | %.1f |"
              .formatted(
                  shape.inputs(), shape.hidden(), parameters, run.liveHeap() / 1e6, run.wall()));
    }
  }

  private void flat(Bench bench) throws Exception {
    long examples = flat - flat % (20L * BATCH);
    ExampleTopic topic = ExampleTopic.fill(bench.servers(), Format.FLOAT32, INPUTS, 3, 1, examples);
    say("");
    say("## The cost of an example over %,d (float32, with the warm-up)".formatted(examples));
    say("");
    say("| examples so far | examples/s | examples/CPU s | live heap, MB |");
    say("|---|---|---|---|");
    Setup setup =
        new Setup(
            "flat",
            "exactly-once",
            new Shape(INPUTS, HIDDEN, BATCH),
            "float32",
            2,
            List.of(),
            List.of("-Xmx" + heap, "--add-modules=jdk.incubator.vector"),
            null);
    List<double[]> points = new ArrayList<>();
    double count = 0;
    for (Run run : bench.runs(setup, topic)) {
      count += run.examples();
      say(
          "| %,.0f | %,.0f | %,.0f | %.0f |"
              .formatted(count, run.perSecond(), run.perCpuSecond(), run.liveHeap() / 1e6));
      points.add(new double[] {count, run.perCpuSecond()});
    }
    data("flat", points);
  }

  private ExampleTopic topic(Bench bench, int inputs, int partitions, int batchSize)
      throws Exception {
    long whole = (long) batchSize * partitions;
    long examples = Math.max(megabytes * 1_000_000L / (22 + 7L * inputs), 4 * whole);
    return ExampleTopic.fill(
        bench.servers(), Format.JSON, inputs, 3, partitions, examples - examples % whole);
  }

  private Setup setup(Shape shape, int threads) {
    return setup("learn", shape, threads);
  }

  private Setup setup(String reader, Shape shape, int threads) {
    List<String> jvm = List.of("-Xmx" + heap, "--add-modules=jdk.incubator.vector");
    return new Setup(reader, "exactly-once", shape, "json", threads, List.of(), jvm, null);
  }

  private void table(String title, String... columns) {
    say("");
    say("## " + title);
    say("");
    say("| " + String.join(" | ", columns) + " |");
    say("|" + "---|".repeat(columns.length));
  }

  private void say(String line) {
    System.out.println(line);
    page.append(line).append('\n');
  }

  private static Path folder() throws IOException {
    return Files.createDirectories(Path.of("target", "scaling"));
  }

  private static void data(String name, List<double[]> points) throws IOException {
    StringBuilder lines = new StringBuilder();
    points.forEach(point -> lines.append(point[0]).append(' ').append(point[1]).append('\n'));
    Files.writeString(folder().resolve(name + ".dat"), lines);
  }

  /** By gnuplot, where it is installed. */
  private boolean plot() throws IOException, InterruptedException {
    StringBuilder script =
        new StringBuilder(
            """
            set terminal svg size 900,600 background 'white' font 'sans-serif,12'
            set output '%s'
            set multiplot layout 2,2
            set logscale x
            set yrange [0:*]
            set format y '%%.1s%%c'
            set grid
            unset key
            """
                .formatted(out.resolve("scaling.svg")));
    for (String curve : List.of("features", "hidden", "batch", "flat")) {
      Path data = folder().resolve(curve + ".dat");
      if (!Files.exists(data)) {
        return false;
      }
      script.append(
          curve.equals("flat")
              ? "unset logscale x\nset format x '%.0s%c'\nset xlabel 'examples so far'\nset ylabel 'examples/CPU s'\n"
              : "set xlabel '%s'\nset ylabel 'examples/s'\n".formatted(curve));
      script.append("plot '%s' with linespoints pt 7 lw 2%n".formatted(data));
    }
    Path file = folder().resolve("scaling.gp");
    Files.writeString(file, script);
    try {
      return new ProcessBuilder("gnuplot", file.toString()).inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      System.err.println("No plot: gnuplot is not installed");
      return false;
    }
  }
}
