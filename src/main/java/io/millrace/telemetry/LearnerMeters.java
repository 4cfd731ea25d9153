package io.millrace.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.example.Reason;
import io.millrace.learn.LearningMetrics;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Counts the work of this process. */
final class LearnerMeters implements LearningMetrics {
  /** For small to wide networks: 1, 2.5 and 5 per decade. */
  private static final long[] BUCKET_MICROS = {
    10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000,
    1_000_000
  };

  private final Counter learned;
  private final Counter rejected;
  private final Map<Reason, Counter> deadLetters = new EnumMap<>(Reason.class);
  private final Counter batches;
  private final Counter snapshots;
  private final Counter predictions;
  private final Counter labelled;
  private final Counter unlabelled;
  private final Counter missedExamples;
  private final Counter missedEvents;
  private final Counter missedLabels;
  private final Timer batch;
  private final Map<Integer, Integer> partial = new ConcurrentHashMap<>();

  LearnerMeters(MeterRegistry registry) {
    this.learned = examples(registry, "learned");
    this.rejected = examples(registry, "rejected");
    for (Reason reason : Reason.values()) {
      deadLetters.put(
          reason,
          Counter.builder("millrace.dead.letters")
              .description("Records that went to the dead letters, by reason")
              .tag("reason", reason.code())
              .register(registry));
    }
    this.batches =
        Counter.builder("millrace.batches")
            .description("Mini-batches learned by this process")
            .register(registry);
    this.snapshots =
        Counter.builder("millrace.snapshots")
            .description("Snapshots of the model published by this process")
            .register(registry);
    this.predictions =
        Counter.builder("millrace.predictions")
            .description("Events predicted by this process, from the topic and over HTTP")
            .register(registry);
    this.labelled = events(registry, "labelled");
    this.unlabelled = events(registry, "unlabelled");
    this.missedExamples = missed(registry, "examples", "learned");
    this.missedEvents = missed(registry, "events", "predicted");
    this.missedLabels = missed(registry, "labels", "joined");
    this.batch =
        Timer.builder("millrace.batch")
            .description("Time to learn a mini-batch, from its record to the updated model")
            .serviceLevelObjectives(
                Arrays.stream(BUCKET_MICROS)
                    .mapToObj(micros -> Duration.ofNanos(1000 * micros))
                    .toArray(Duration[]::new))
            .register(registry);
  }

  private static Counter examples(MeterRegistry registry, String outcome) {
    return Counter.builder("millrace.examples")
        .description("Examples that this process learned or rejected")
        .tag("outcome", outcome)
        .register(registry);
  }

  private static Counter events(MeterRegistry registry, String outcome) {
    return Counter.builder("millrace.events")
        .description("Events of this process whose label arrived in time, or did not")
        .tag("outcome", outcome)
        .register(registry);
  }

  private static Counter missed(MeterRegistry registry, String records, String done) {
    return Counter.builder(String.format(Locale.ROOT, "millrace.%s.missed", records))
        .description(
            String.format(
                Locale.ROOT,
                "Records of the %s topic that were deleted before they were %s",
                records,
                done))
        .register(registry);
  }

  @Override
  public void learned(int examples, long nanos) {
    learned.increment(examples);
    batches.increment();
    batch.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void rejected(Reason reason, int examples) {
    rejected.increment(examples);
    Objects.requireNonNull(deadLetters.get(reason)).increment();
  }

  @Override
  public void partial(int partition, int examples) {
    partial.put(partition, examples);
  }

  /** The examples in the partial mini-batches of this process. */
  int partial() {
    return partial.values().stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public void published() {
    snapshots.increment();
  }

  @Override
  public void predicted(int events) {
    predictions.increment(events);
  }

  @Override
  public void labelled() {
    labelled.increment();
  }

  @Override
  public void neverLabelled() {
    unlabelled.increment();
  }

  @Override
  public void missedExamples(long records) {
    missedExamples.increment((double) records);
  }

  @Override
  public void missedEvents(long records) {
    missedEvents.increment((double) records);
  }

  @Override
  public void missedLabels(long records) {
    missedLabels.increment((double) records);
  }
}
