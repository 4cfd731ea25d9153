package io.millrace.app;

import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.learn.BatchCost;
import io.millrace.learn.Prequential;
import io.millrace.web.CostHistory;
import io.millrace.web.Health;
import io.millrace.web.LearnerView;
import io.millrace.web.Status;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.streams.KafkaStreams.State;
import org.jspecify.annotations.Nullable;

/**
 * All that is shown of the learner, on the terminal, in the dashboard and in the metrics: what the
 * topics have told, and how the process is. Thread-safe.
 */
final class LearnerBoard implements LearnerView {
  private static final int NEWEST_DRIFTS = 20;
  private static final String STARTING = "STARTING";

  private final MillraceConfig config;
  private final Stop stop;
  private final String startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
  private final Progress progress = new Progress();
  private final CostHistory costs = new CostHistory();
  private final DeadLetterBoard deadLetters = new DeadLetterBoard();
  private final Throughput throughput = new Throughput();
  private final Deque<Status.Drift> drifts = new ArrayDeque<>();
  private volatile @Nullable LearnerService learner;

  LearnerBoard(MillraceConfig config, Stop stop) {
    this.config = config;
    this.stop = stop;
  }

  /** Says which learner it is, once it is started. */
  void attach(LearnerService learner) {
    this.learner = learner;
  }

  /**
   * Adds the next record of the costs topic.
   *
   * @param json as it stands there
   */
  void add(BatchCost cost, byte[] json) {
    progress.add(cost);
    costs.add(json);
    synchronized (throughput) {
      throughput.add(cost.timestamp().toEpochMilli(), cost.lesson().examples());
    }
    if (cost.lesson().prequential().map(Prequential::drift).orElse(false)) {
      addDrift(new Status.Drift(cost.lesson().batch(), cost.timestamp().toString()));
    }
  }

  private void addDrift(Status.Drift drift) {
    synchronized (drifts) {
      if (drifts.size() == NEWEST_DRIFTS) {
        drifts.removeFirst();
      }
      drifts.addLast(drift);
    }
  }

  Progress.Figures figures() {
    return progress.figures();
  }

  DeadLetterBoard deadLetters() {
    return deadLetters;
  }

  @Override
  public CostHistory costs() {
    return costs;
  }

  @Override
  public Health health() {
    LearnerService service = learner;
    String state = service == null ? STARTING : service.state().toString();
    return new Health(state, stop.failure(), waitsFor(service));
  }

  private @Nullable String waitsFor(@Nullable LearnerService service) {
    if (service == null) {
      return "The learner is starting";
    }
    if (service.isSilent()) {
      return "Kafka at %s does not answer".formatted(config.bootstrapServers());
    }
    State state = service.state();
    if (state == State.RUNNING) {
      return null;
    }
    return state == State.REBALANCING || state == State.CREATED
        ? "The learner gets its partitions and restores its state"
        : "The learner stops";
  }

  @Override
  public Status status() {
    Health health = health();
    Progress.Figures figures = progress.figures();
    LearnerService service = learner;
    return new Status(
        config.application(),
        config.model().name(),
        topics(),
        health.state(),
        health.isReady(),
        service != null && service.isSilent(),
        examplesPerSecond(),
        figures.totalExamples(),
        -1,
        -1,
        deadLetters.figures(),
        figures.modelVersion(),
        null,
        config.model().inputs(),
        config.model().hidden(),
        config.model().outputs(),
        config.model().output().text(),
        config.training().scaling().toString().toLowerCase(Locale.ROOT),
        drifts(),
        Version.text(),
        startedAt);
  }

  private Map<String, String> topics() {
    TopicsConfig names = config.topics();
    Map<String, String> topics = new LinkedHashMap<>();
    topics.put("examples", names.examples());
    topics.put("miniBatches", names.miniBatches());
    topics.put("costs", names.costs());
    topics.put("snapshots", names.snapshots());
    topics.put("deadLetters", names.deadLetters());
    return topics;
  }

  private double examplesPerSecond() {
    synchronized (throughput) {
      return throughput.perSecond(System.currentTimeMillis());
    }
  }

  private List<Status.Drift> drifts() {
    synchronized (drifts) {
      return List.copyOf(drifts);
    }
  }
}
