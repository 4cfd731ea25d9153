package io.millrace.benchmark;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.ConfigReader;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.PublishedModel;
import io.millrace.topology.InitialModel;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.TopicFacts;
import io.millrace.topology.topics.Topics;
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
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;

/**
 * One topology that reads an examples topic to its end, in a process of its own: {@code
 * count|decode|learn|restart|flat CONFIG EXAMPLES}. It prints a line for each stretch: its time,
 * CPU seconds, allocated bytes, and what it leaves on the heap.
 */
final class ReaderProcess {
  /** The line after the last. */
  static final String END = "end";

  private static final double[] WARM = {0.4, 1};
  private static final double[] FLAT = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};
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
    switch (args[0]) {
      case "restart" -> restart(config, examples);
      case "flat" -> read("learn", config, examples, FLAT);
      default -> read(args[0], config, examples, WARM);
    }
    System.out.println(END);
    System.out.flush();
    if (System.getProperty("benchmark.profile") == null) {
      Runtime.getRuntime().halt(0); // nothing of it is needed any more
    }
  }

  /** Tells of each stretch between these shares of the examples. */
  private static void read(String what, MillraceConfig config, long examples, double[] shares)
      throws Exception {
    KafkaStreams streams = start(what, config);
    Counter counter = new Counter(streams, what, config);
    Mark last = counter.await(0);
    for (double share : shares) {
      Mark mark = counter.await((long) (share * examples));
      print(last, mark);
      last = mark;
    }
    if (System.getProperty("benchmark.profile") != null) {
      streams.close(Duration.ofSeconds(10));
    }
  }

  /** Learns for a while, stops, and tells how long it takes from a start to the next example. */
  private static void restart(MillraceConfig config, long examples) throws Exception {
    KafkaStreams first = start("learn", config);
    new Counter(first, "learn", config).await(examples / 4);
    first.close(
        CloseOptions.timeout(Duration.ofSeconds(30))
            .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
    Mark stopped = Mark.of(0);
    KafkaStreams second = start("learn", config);
    Mark learning = new Counter(second, "learn", config).await(1);
    print(stopped, learning);
  }

  private static KafkaStreams start(String what, MillraceConfig config) throws Exception {
    KafkaStreams streams = new KafkaStreams(topology(what, config), StreamsSettings.of(config));
    streams.setUncaughtExceptionHandler(
        e -> {
          e.printStackTrace();
          Runtime.getRuntime().halt(1);
          throw new AssertionError(e);
        });
    streams.start();
    return streams;
  }

  private static void print(Mark from, Mark to) {
    double count = to.count - from.count;
    System.gc();
    System.out.printf(
        "wall %.3f cpu %.3f allocated %.1f gc %.3f count %.0f live %d%n",
        (to.nanos - from.nanos) / 1e9,
        (to.cpuNanos - from.cpuNanos) / 1e9,
        (to.allocated - from.allocated) / count,
        (to.gcMillis - from.gcMillis) / 1e3,
        count,
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
  }

  private static Topology topology(String what, MillraceConfig config) throws Exception {
    try (Admin admin = Admin.create(new HashMap<String, Object>(config.kafka()))) {
      TopicFacts facts = new Topics(config, admin).ensure();
      return switch (what) {
        case "count" -> ReferenceTopology.counting(config);
        case "decode" -> ReferenceTopology.decoding(config);
        case "learn" ->
            LearnerTopology.build(
                config,
                InitialModel.of(config),
                facts,
                new PublishedModel(),
                LearningMetrics.NONE,
                () -> false);
        default -> throw new IllegalArgumentException(what);
      };
    }
  }

  /** What was handed out of the topic that the topology reads last. */
  private static final class Counter {
    private final KafkaStreams streams;
    private final String topic;
    private final int perRecord;
    private final List<Metric> metrics = new ArrayList<>();
    private long lookAgain;

    Counter(KafkaStreams streams, String what, MillraceConfig config) {
      boolean learns = what.equals("learn");
      this.streams = streams;
      this.topic = learns ? config.topics().miniBatches() : config.topics().examples();
      this.perRecord = learns ? config.training().batchSize() : 1;
    }

    /** Waits for that many examples. */
    Mark await(long examples) throws InterruptedException {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      long count = perRecord * count();
      while (count < examples - examples % perRecord || count < Math.min(examples, 1)) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("%d of %d after %s".formatted(count, examples, PATIENCE));
        }
        Thread.sleep(5);
        count = perRecord * count();
      }
      return Mark.of(count);
    }

    private long count() {
      if (System.nanoTime() >= lookAgain) {
        find();
        lookAgain = System.nanoTime() + Duration.ofMillis(metrics.isEmpty() ? 50 : 2_000).toNanos();
      }
      return metrics.stream()
          .mapToLong(metric -> ((Number) metric.metricValue()).longValue())
          .sum();
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
