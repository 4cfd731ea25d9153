package io.millrace.benchmark;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.millrace.config.ConfigReader;
import io.millrace.config.MillraceConfig;
import io.millrace.topology.InitialModel;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.TopicFacts;
import io.millrace.topology.Topics;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;

/**
 * One topology that reads an examples topic to its end, in a process of its own: {@code
 * count|decode|learn CONFIG EXAMPLES}. After a warm-up it takes the time, the CPU seconds and the
 * allocated bytes of this process, and prints them in one line.
 */
final class ReaderProcess {
  private static final double WARM_UP = 0.4;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** What Kafka's consumers have handed out, by topic; a topic may have several consumers. */
  private static final String CONSUMED = "records-consumed-total";

  private ReaderProcess() {}

  /** Figures so far. */
  private record Mark(long count, long nanos, long cpuNanos, long allocated, long gcMillis) {
    static Mark of(long count) {
      OperatingSystemMXBean system =
          (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      long gcMillis =
          ManagementFactory.getGarbageCollectorMXBeans().stream()
              .mapToLong(gc -> gc.getCollectionTime())
              .sum();
      return new Mark(
          count, System.nanoTime(), system.getProcessCpuTime(), allocatedSoFar(), gcMillis);
    }

    private static long allocatedSoFar() {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long sum = 0;
      for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
        sum += Math.max(0, bytes);
      }
      return sum;
    }
  }

  public static void main(String[] args) throws Exception {
    MillraceConfig config =
        ConfigReader.read(Path.of(args[1]), List.of(), name -> System.getenv(name));
    long examples = Long.parseLong(args[2]);
    boolean learns = args[0].equals("learn");
    String counted = learns ? config.topics().miniBatches() : config.topics().examples();
    int perRecord = learns ? config.training().batchSize() : 1;
    KafkaStreams streams = new KafkaStreams(topology(args[0], config), StreamsSettings.of(config));
    streams.setUncaughtExceptionHandler(
        e -> {
          e.printStackTrace();
          Runtime.getRuntime().halt(1);
          throw new AssertionError(e);
        });
    streams.start();
    Counter counter = new Counter(streams, counted);
    long started = System.nanoTime();
    Mark warm = await(counter, perRecord, (long) (WARM_UP * examples));
    // The last records may wait for a full mini-batch.
    Mark end = await(counter, perRecord, examples - examples % perRecord);
    double count = end.count - warm.count;
    System.out.printf(
        "wall %.3f cpu %.3f allocated %.1f gc %.3f count %.0f start %.1f%n",
        (end.nanos - warm.nanos) / 1e9,
        (end.cpuNanos - warm.cpuNanos) / 1e9,
        (end.allocated - warm.allocated) / count,
        (end.gcMillis - warm.gcMillis) / 1e3,
        count,
        (warm.nanos - started) / 1e9);
    System.out.flush();
    if (System.getProperty("benchmark.profile") == null) {
      Runtime.getRuntime().halt(0);
    }
    streams.close(Duration.ofSeconds(10));
  }

  private static Topology topology(String what, MillraceConfig config) throws Exception {
    try (Admin admin = Admin.create(new HashMap<String, Object>(config.kafka()))) {
      TopicFacts facts = new Topics(config, admin).ensure();
      return switch (what) {
        case "count" -> ReferenceTopology.counting(config);
        case "decode" -> ReferenceTopology.decoding(config);
        case "learn" -> LearnerTopology.build(config, InitialModel.of(config), facts);
        default -> throw new IllegalArgumentException(what);
      };
    }
  }

  private static Mark await(Counter counter, int perRecord, long examples)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      long count = counter.count() * perRecord;
      if (count >= examples) {
        return Mark.of(count);
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("%d of %d after %s".formatted(count, examples, PATIENCE));
      }
      Thread.sleep(2);
    }
  }

  private static final class Counter {
    private final KafkaStreams streams;
    private final String topic;
    private final List<Metric> metrics = new ArrayList<>();
    private long lookAgain;

    Counter(KafkaStreams streams, String topic) {
      this.streams = streams;
      this.topic = topic;
    }

    long count() {
      if (System.nanoTime() >= lookAgain) {
        find();
        lookAgain = System.nanoTime() + Duration.ofMillis(metrics.isEmpty() ? 50 : 2_000).toNanos();
      }
      return metrics.stream().mapToLong(metric -> ((Number) metric.metricValue()).longValue()).sum();
    }

    private void find() {
      metrics.clear();
      for (Map.Entry<MetricName, ? extends Metric> each : streams.metrics().entrySet()) {
        MetricName name = each.getKey();
        if (name.name().equals(CONSUMED) && topic.equals(name.tags().get("topic"))) {
          metrics.add(each.getValue());
        }
      }
    }
  }
}
