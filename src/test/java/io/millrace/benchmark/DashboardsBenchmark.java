package io.millrace.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.app.Main;
import io.millrace.config.Format;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Whether open dashboards slow learning: one {@code millrace run} learns from a topic that was
 * filled before, for short stretches without and with so many browsers that listen, in turn. The
 * table has the medians of the stretches. The broker, the learner and all that listens share the
 * machine.
 */
@Command(name = "dashboards", mixinStandardHelpOptions = true)
final class DashboardsBenchmark implements Callable<Integer> {
  private static final String LEARNED = "millrace_examples_total{outcome=\"learned\"} ";

  @Option(names = "--dashboards", description = "that listen (${DEFAULT-VALUE})")
  private int dashboards = 100;

  @Option(names = "--shape", description = "inputs/hidden/batch (${DEFAULT-VALUE})")
  private String shape = "30/16/64";

  @Option(names = "--rounds", description = "stretches of each kind (${DEFAULT-VALUE})")
  private int rounds = 7;

  @Option(names = "--seconds", description = "of a stretch (${DEFAULT-VALUE})")
  private int seconds = 2;

  @Option(names = "--warm-up", description = "seconds before the first (${DEFAULT-VALUE})")
  private int warmUp = 10;

  @Option(names = "--megabytes", description = "of the topic (${DEFAULT-VALUE})")
  private int megabytes = 4000;

  @Option(names = "--heap", description = "of the learner (${DEFAULT-VALUE})")
  private String heap = "512m";

  private final HttpClient client = HttpClient.newHttpClient();

  /**
   * A stretch of learning.
   *
   * @param wall seconds
   * @param cpu seconds of the learner's process
   * @param heard bytes that each dashboard was sent
   */
  private record Stretch(double examples, double wall, double cpu, double heard) {
    double perSecond() {
      return examples / wall;
    }

    double perCpuSecond() {
      return examples / cpu;
    }
  }

  static void run(List<String> args) {
    int exit = new CommandLine(new DashboardsBenchmark()).execute(args.toArray(String[]::new));
    if (exit != 0) {
      System.exit(exit);
    }
  }

  @Override
  public Integer call() throws Exception {
    Shape sizes = Shape.parse(shape);
    Path folder = Files.createTempDirectory("millrace-dashboards-");
    try (Bench bench = Bench.start()) {
      long examples = megabytes * 1_000_000L / (22 + 7L * sizes.inputs());
      ExampleTopic topic =
          ExampleTopic.fill(bench.servers(), Format.JSON, sizes.inputs(), 3, 1, examples);
      System.out.printf("%s; %s, JSON, %,d examples%n", Bench.machine(), shape, topic.examples());
      Path config = Files.writeString(folder.resolve("run.yaml"), yaml(bench, sizes, topic));
      try (Jvm learner = learner(config)) {
        measure(learner, topic.examples());
        learner.terminate();
      }
    } finally {
      Files.delete(folder.resolve("run.yaml"));
      Files.delete(folder);
    }
    return 0;
  }

  private Jvm learner(Path config) throws IOException {
    return Jvm.start(
        Main.class,
        List.of("-Xmx" + heap, "--add-modules=jdk.incubator.vector"),
        List.of("run", "--config", config.toString()));
  }

  private static String yaml(Bench bench, Shape sizes, ExampleTopic topic) {
    return """
        application: dashboards
        kafka:
          bootstrap.servers: %s
        topics:
          examples: %s
        model:
          inputs: %d
          hidden: %d
        training:
          batchSize: %d
          learningRate: 0.01
        http:
          port: 0
        """
        .formatted(
            bench.servers(), topic.name(), sizes.inputs(), sizes.hidden(), sizes.batchSize());
  }

  private void measure(Jvm learner, long examples) throws Exception {
    String line = learner.line();
    while (!line.startsWith("Dashboard: ")) {
      line = learner.line();
    }
    URI page = URI.create(line.substring(line.indexOf("http")).strip());
    Thread.sleep(1000L * warmUp);
    List<Stretch> without = new ArrayList<>();
    List<Stretch> with = new ArrayList<>();
    double fastest = 0;
    for (int round = 0; round < rounds; round++) {
      if (examples - learned(page) < 3 * seconds * fastest) {
        System.out.printf("The topic was at its end after %d rounds.%n", round);
        break;
      }
      without.add(stretch(learner, page, null));
      try (Listeners listeners = Listeners.open(page, dashboards)) {
        readHistories(page);
        with.add(stretch(learner, page, listeners));
      }
      fastest = Math.max(fastest, without.get(round).perSecond());
    }
    print(without, with);
  }

  /** As each page does when it opens. */
  private void readHistories(URI page) throws Exception {
    for (int i = 0; i < dashboards; i++) {
      HttpRequest request = HttpRequest.newBuilder(page.resolve("api/history")).build();
      client.send(request, BodyHandlers.discarding());
    }
  }

  private Stretch stretch(Jvm learner, URI page, @Nullable Listeners listeners) throws Exception {
    long heard = listeners == null ? 0 : listeners.bytes();
    Duration cpu = learner.cpu();
    double learned = learned(page);
    long start = System.nanoTime();
    Thread.sleep(1000L * seconds);
    double examples = learned(page) - learned;
    double wall = (System.nanoTime() - start) / 1e9;
    return new Stretch(
        examples,
        wall,
        learner.cpu().minus(cpu).toNanos() / 1e9,
        listeners == null ? 0 : (double) (listeners.bytes() - heard) / dashboards);
  }

  private double learned(URI page) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(page.resolve("metrics")).build();
    return client
        .send(request, BodyHandlers.ofString(UTF_8))
        .body()
        .lines()
        .filter(line -> line.startsWith(LEARNED))
        .mapToDouble(line -> Double.parseDouble(line.substring(LEARNED.length())))
        .findFirst()
        .orElse(0);
  }

  private void print(List<Stretch> without, List<Stretch> with) {
    System.out.printf(
        "%n| dashboards | examples/s | examples/CPU s of the learner | kB/s to each |%n"
            + "|---|---|---|---|%n");
    print(0, without);
    print(dashboards, with);
    double[] ratios = new double[with.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = with.get(i).perSecond() / without.get(i).perSecond();
    }
    System.out.printf(
        Locale.ROOT,
        "%nWith %d dashboards %.2f of the examples a second, %.2f of those a CPU second; pair by pair"
            + " %.2f (median of %d)%n",
        dashboards,
        median(with, Stretch::perSecond) / median(without, Stretch::perSecond),
        median(with, Stretch::perCpuSecond) / median(without, Stretch::perCpuSecond),
        Bench.median(ratios),
        ratios.length);
  }

  private static void print(int number, List<Stretch> stretches) {
    System.out.printf(
        Locale.ROOT,
        "| %d | %,.0f | %,.0f | %.1f |%n",
        number,
        median(stretches, Stretch::perSecond),
        median(stretches, Stretch::perCpuSecond),
        median(stretches, each -> each.heard() / each.wall() / 1e3));
  }

  private static double median(List<Stretch> stretches, ToDoubleFunction<Stretch> figure) {
    return Bench.median(stretches.stream().mapToDouble(figure).toArray());
  }
}
