package io.millrace.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * What one benchmark of the stream runs on: a broker in a process of its own, and readers in a
 * fresh process each, so that none inherits what the JVM compiled for another.
 */
final class Bench implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Jvm broker;
  private final String servers;
  private final Path folder;

  private Bench(Jvm broker, String servers, Path folder) {
    this.broker = broker;
    this.servers = servers;
    this.folder = folder;
  }

  static Bench start() throws IOException {
    Path folder = Files.createTempDirectory("millrace-benchmark-");
    Jvm broker = Jvm.start(BrokerProcess.class, List.of("-Xmx1g"), List.of());
    return new Bench(broker, broker.line(), folder);
  }

  String servers() {
    return servers;
  }

  /** What the broker has used of the processors. */
  Duration brokerCpu() {
    return broker.cpu();
  }

  /**
   * What is read by whom.
   *
   * @param reader {@code count}, {@code decode}, {@code learn}, {@code restart} or {@code flat}
   * @param guarantee of Kafka Streams
   * @param kafka {@code KEY=VALUE} lines of {@code kafka}, for trying settings out
   */
  record Setup(
      String reader,
      String guarantee,
      Shape shape,
      String format,
      int threads,
      List<String> kafka,
      List<String> jvm,
      @Nullable Path profile) {}

  /**
   * A stretch of reading.
   *
   * @param wall seconds
   * @param cpu seconds of the process
   * @param allocated bytes an example
   * @param gc seconds in collections
   * @param liveHeap bytes that are left after a collection at its end
   */
  record Run(
      double examples, double wall, double cpu, double allocated, double gc, double liveHeap) {
    double perSecond() {
      return examples / wall;
    }

    double perCpuSecond() {
      return examples / cpu;
    }
  }

  /** Reads the topic once; the figures are from the end of the warm-up on. */
  Run run(Setup setup, ExampleTopic topic) throws IOException {
    List<Run> runs = runs(setup, topic);
    return runs.get(runs.size() - 1);
  }

  /** Reads the topic once: the stretches that the reader tells of. */
  List<Run> runs(Setup setup, ExampleTopic topic) throws IOException {
    String name = "run-%d-%d".formatted(ProcessHandle.current().pid(), NUMBER.incrementAndGet());
    Path config = folder.resolve(name + ".yaml");
    Files.writeString(config, yaml(name, setup, topic));
    List<String> options = new ArrayList<>(setup.jvm());
    if (setup.profile() != null) {
      options.add("-Dbenchmark.profile=true");
      options.add(
          "-XX:StartFlightRecording=settings=profile,filename=%s".formatted(setup.profile()));
      options.add("-Xlog:jfr*=off");
    }
    List<String> args = List.of(setup.reader(), config.toString(), Long.toString(topic.examples()));
    try (Jvm reader = Jvm.start(ReaderProcess.class, options, args)) {
      List<Run> runs = new ArrayList<>();
      String line = reader.line();
      while (!line.equals(ReaderProcess.END)) {
        if (line.startsWith("wall ")) { // a JVM may have something to say of its options, too
          runs.add(parse(line));
        }
        line = reader.line();
      }
      return runs;
    } finally {
      deleteTopicsOf(name);
    }
  }

  /** What a reading wrote is gigabytes, which the next one should not share the disk with. */
  private void deleteTopicsOf(String application) throws IOException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      List<String> topics =
          admin.listTopics().names().get().stream()
              .filter(topic -> topic.startsWith(application + "-"))
              .toList();
      admin.deleteTopics(topics).all().get();
    } catch (ExecutionException e) {
      throw new IOException("The topics of " + application + " were not deleted", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static Run parse(String line) {
    String[] words = line.split(" ", -1);
    double[] figures =
        Arrays.stream(words)
            .filter(word -> word.matches("[\\d.]+"))
            .mapToDouble(Double::valueOf)
            .toArray();
    return new Run(figures[4], figures[0], figures[1], figures[2], figures[3], figures[5]);
  }

  private String yaml(String name, Setup setup, ExampleTopic topic) {
    StringBuilder kafka = new StringBuilder();
    setup
        .kafka()
        .forEach(each -> kafka.append("  ").append(each.replaceFirst("=", ": ")).append('\n'));
    return """
        application: NAME
        kafka:
          bootstrap.servers: SERVERS
        KAFKAtopics:
          examples: EXAMPLES
          miniBatches: NAME-mini-batches
          costs: NAME-costs
          snapshots: NAME-snapshots
          deadLetters: NAME-dead-letters
        example:
          format: FORMAT
        model:
          inputs: INPUTS
          hidden: HIDDEN
        training:
          batchSize: BATCH
          maxWait: never
          learningRate: 0.01
        guarantee: GUARANTEE
        threads: THREADS
        http:
          port: none
        """
        .replace("NAME", name)
        .replace("SERVERS", servers)
        .replace("KAFKA", kafka)
        .replace("EXAMPLES", topic.name())
        .replace("FORMAT", setup.format())
        .replace("INPUTS", Integer.toString(setup.shape().inputs()))
        .replace("HIDDEN", Integer.toString(setup.shape().hidden()))
        .replace("BATCH", Integer.toString(setup.shape().batchSize()))
        .replace("GUARANTEE", setup.guarantee())
        .replace("THREADS", Integer.toString(setup.threads()));
  }

  @Override
  public void close() throws IOException {
    broker.close();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** Of an odd count the middle one. */
  static double median(double[] figures) {
    double[] sorted = figures.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** What the figures were measured on. */
  static String machine() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    String cpu =
        !Files.isReadable(info)
            ? System.getProperty("os.arch")
            : Files.readAllLines(info, UTF_8).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    return "%s, %d cores, Java %s"
        .formatted(
            cpu, Runtime.getRuntime().availableProcessors(), System.getProperty("java.version"));
  }
}
