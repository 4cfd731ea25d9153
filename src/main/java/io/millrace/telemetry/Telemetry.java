package io.millrace.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.LearningMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;

/**
 * The meters of this process: those of the learner, and a selection of those of Kafka, the JVM and
 * the process.
 */
public final class Telemetry implements AutoCloseable {
  /** How often new meters of Kafka are looked for. */
  private static final Duration REFRESH = Duration.ofSeconds(5);

  private final ScheduledExecutorService refresh =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "telemetry");
            thread.setDaemon(true);
            return thread;
          });
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final LearnerMeters learner;
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final List<KafkaStreamsMetrics> kafka = new ArrayList<>();
  private @Nullable ModelGauges model;

  public Telemetry() {
    registry.config().meterFilter(new MeterSelection());
    this.learner = new LearnerMeters(registry);
    List<MeterBinder> process =
        List.of(
            gc,
            new JvmMemoryMetrics(),
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new UptimeMetrics(),
            new FileDescriptorMetrics());
    process.forEach(meters -> meters.bindTo(registry));
  }

  /** Counts what the learner of this process does. */
  public LearningMetrics learner() {
    return learner;
  }

  /**
   * Adds Kafka Streams' own meters and those of its clients.
   *
   * @param transactionTimeout the time limit of a commit
   */
  public void watch(KafkaStreams streams, Duration transactionTimeout) {
    watch(streams);
    double seconds = transactionTimeout.toMillis() / 1000.0;
    Gauge.builder("millrace.transaction.timeout", () -> seconds)
        .description("Time limit of a commit: a longer one is aborted (transaction.timeout.ms)")
        .baseUnit("seconds")
        .register(registry);
  }

  /** Adds the meters of another application of Kafka Streams in this process. */
  public void watch(KafkaStreams streams) {
    KafkaStreamsMetrics meters = new KafkaStreamsMetrics(streams, List.of(), refresh, REFRESH);
    kafka.add(meters);
    meters.bindTo(registry);
  }

  /** The examples in the partial mini-batches of this process, as of its last commits. */
  public int partialExamples() {
    return learner.partial();
  }

  /** Adds the figures of the predictions of an events topic. */
  public void watchPredictions(ProcessFigures figures) {
    gauge(
        figures,
        "events.lag",
        "Records of the events topic that are not predicted yet",
        ProcessFigures::eventsLag);
    gauge(
        figures,
        "predictions.ready",
        "1 while the events topic is being predicted; 0 while prediction waits for a snapshot or for Kafka",
        ProcessFigures::predictionsReady);
  }

  /** Adds the figures of a topic of labels. */
  public void watchLabels(ProcessFigures figures) {
    gauge(
        figures,
        "labels.lag",
        "Records of the labels topic that are not taken for the join yet",
        ProcessFigures::labelsLag);
  }

  /** Adds the figures of a model with sparse inputs. */
  public void watchRows(ProcessFigures figures) {
    gauge(
        figures,
        "model.rows",
        "Sparse inputs that have weights in the newest snapshot: those that were learned",
        ProcessFigures::modelRows);
  }

  /** Adds the figures that are measured on request. */
  public void watch(ProcessFigures figures) {
    gauge(
        figures,
        "examples.unlearned",
        "Examples that are not learned yet: in the examples topic, in a partial mini-batch of this"
            + " process, in the mini-batches topic",
        ProcessFigures::examplesUnlearned);
    gauge(
        figures,
        "examples.behind.transaction",
        "Records of the examples topic that cannot be read before an open transaction ends",
        ProcessFigures::examplesBehindTransaction);
    gauge(
        figures,
        "examples.lag",
        "Committed records of the examples topic that are not in a mini-batch yet",
        ProcessFigures::examplesLag);
    gauge(
        figures,
        "batches.lag",
        "Mini-batches that are not learned yet",
        ProcessFigures::batchesLag);
    gauge(
        figures,
        "examples.per.second",
        "Examples learned per second, by all instances, over the last seconds",
        ProcessFigures::examplesPerSecond);
    gauge(
        figures,
        "ready",
        "1 when the streams run, the state is restored and Kafka answers",
        ProcessFigures::ready);
    Gauge.builder("millrace.snapshot.published", figures, ProcessFigures::snapshotPublishedAt)
        .description("When the newest snapshot was published, in seconds since 1970")
        .baseUnit("seconds")
        .strongReference(true)
        .register(registry);
  }

  private void gauge(
      ProcessFigures figures,
      String name,
      String description,
      ToDoubleFunction<ProcessFigures> figure) {
    Gauge.builder("millrace." + name, figures, figure)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /**
   * Shows the figures of the next committed mini-batch.
   *
   * @param smoothedCost the cost, smoothed up to it
   */
  public synchronized void show(BatchMetrics metrics, double smoothedCost) {
    if (model == null) {
      model = new ModelGauges(registry, metrics, smoothedCost);
    } else {
      model.set(metrics, smoothedCost);
    }
  }

  /** The page for Prometheus, in its text format 0.0.4. Takes some milliseconds. */
  public String page() {
    return registry.scrape();
  }

  @Override
  public void close() {
    refresh.shutdownNow();
    kafka.forEach(KafkaStreamsMetrics::close);
    gc.close();
    registry.close();
  }
}
