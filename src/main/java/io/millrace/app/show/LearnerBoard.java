package io.millrace.app.show;

import io.millrace.app.process.Stop;
import io.millrace.app.process.Version;
import io.millrace.app.run.LearnerService;
import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.learn.BatchCost;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.PublishedModel;
import io.millrace.learn.PublishedModel.Publication;
import io.millrace.learn.quality.Prequential;
import io.millrace.telemetry.ProcessFigures;
import io.millrace.telemetry.Telemetry;
import io.millrace.web.CostHistory;
import io.millrace.web.Health;
import io.millrace.web.LearnerView;
import io.millrace.web.Status;
import io.millrace.web.Surface;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.apache.kafka.streams.KafkaStreams.State;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the terminal, the dashboard and the metrics show: figures from the topics, and
 * the health of the process. Thread-safe.
 */
public final class LearnerBoard implements LearnerView, ProcessFigures, AutoCloseable {
  private static final int NEWEST_DRIFTS = 20;
  private static final String STARTING = "STARTING";
  private static final long UNKNOWN = -1;

  private final MillraceConfig config;
  private final Stop stop;
  private final String startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
  private final Progress progress = new Progress();
  private final CostHistory costs = new CostHistory();
  private final DeadLetterBoard deadLetters = new DeadLetterBoard();
  private final Throughput throughput = new Throughput();
  private final Deque<Status.Drift> drifts = new ArrayDeque<>();
  private final PublishedModel published = new PublishedModel();
  private final Telemetry telemetry = new Telemetry();
  private volatile @Nullable LearnerService learner;
  private volatile @Nullable Surface surface;
  private final LogDensity density;
  private volatile @Nullable Backlog backlog;
  private volatile long eventsLag = UNKNOWN;
  private volatile long labelsLag = UNKNOWN;

  public LearnerBoard(MillraceConfig config, Stop stop) {
    this.config = config;
    this.stop = stop;
    this.density = new LogDensity(config.training().batchSize());
    telemetry.watch(this);
    if (config.topics().events().isPresent()) {
      telemetry.watchPredictions(this);
    }
    if (config.example().labels().isPresent()) {
      telemetry.watchLabels(this);
    }
    if (config.model().sparseInputs() > 0) {
      telemetry.watchRows(this);
    }
  }

  /** Sets the learner after its start. */
  public void attach(LearnerService learner) {
    this.learner = learner;
    learner.show(telemetry);
  }

  /** Counts what the learner of this process does. */
  public LearningMetrics learningMetrics() {
    return telemetry.learner();
  }

  /** The newest snapshot. The learner sets it. */
  public PublishedModel published() {
    return published;
  }

  /**
   * Sets the backlog of the learner.
   *
   * @param backlog null while it is unknown
   * @param events the records of the events topic that are not predicted yet; -1 if that is unknown
   *     or there is no such topic
   * @param labels the records of the labels topic that are not checked yet; -1 in the same cases
   */
  void setLag(@Nullable Backlog backlog, long events, long labels) {
    this.backlog = backlog;
    this.eventsLag = events;
    this.labelsLag = labels;
  }

  /** The number of examples per offset of the training log. */
  double examplesPerOffset() {
    return density.examplesPerOffset();
  }

  void setSurface(Surface surface) {
    this.surface = surface;
  }

  /**
   * Adds the next record of the costs topic.
   *
   * @param json the bytes of the record
   */
  void add(BatchCost cost, byte[] json) {
    progress.add(cost.metrics());
    density.add(cost);
    costs.add(new CostHistory.Cost(cost.metrics().batch(), json));
    telemetry.show(cost.metrics(), progress.smoothedCost());
    synchronized (throughput) {
      throughput.add(cost.timestamp().toEpochMilli(), cost.metrics().examples());
    }
    if (cost.metrics().prequential().map(Prequential::drift).orElse(false)) {
      addDrift(new Status.Drift(cost.metrics().batch(), cost.timestamp().toString()));
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

  public Progress progress() {
    return progress;
  }

  public DeadLetterBoard deadLetters() {
    return deadLetters;
  }

  /** The dead-letters topic. Other applications may write to it, too. */
  String deadLettersTopic() {
    return config.topics().deadLetters();
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
      return String.format(Locale.ROOT, "Kafka at %s does not answer", config.bootstrapServers());
    }
    State state = service.state();
    if (state == State.RUNNING) {
      return service.hasNoPartitions()
          ? "The learner has no partitions, and no other instance reads some of them: check that all"
              + String.format(
                  Locale.ROOT,
                  " instances of application %s have the same configuration",
                  config.application())
          : predictionsWaitFor(service);
    }
    return state == State.REBALANCING || state == State.CREATED
        ? "Kafka is assigning partitions, or the state is being restored"
        : "The learner is stopping";
  }

  /** While they wait for the first snapshot, the learner is ready: examples must come first. */
  private static @Nullable String predictionsWaitFor(LearnerService service) {
    State state = service.predictionsState().orElse(State.RUNNING);
    if (state == State.RUNNING || state == State.CREATED) {
      return null;
    }
    return state == State.REBALANCING
        ? "Events are not predicted: Kafka is assigning partitions, or the state is being restored"
        : String.format(Locale.ROOT, "Events are not predicted: the predictions are in %s", state);
  }

  @Override
  public Status status() {
    Health health = health();
    Optional<BatchMetrics> newest = progress.newest();
    LearnerService service = learner;
    return new Status(
        config.application(),
        config.model().name(),
        topics(),
        health.state(),
        health.isReady(),
        service != null && service.isSilent(),
        examplesPerSecond(),
        newest.map(BatchMetrics::totalExamples).orElse(0L),
        known(examplesUnlearned()),
        known(batchesLag()),
        known(examplesBehindTransaction()),
        deadLetters.figures(),
        newest.map(metrics -> metrics.modelVersion() + 1).orElse(0L),
        snapshot(),
        published.refusal().orElse(null),
        config.model().inputs(),
        config.model().hidden(),
        config.model().outputs(),
        config.model().output().text(),
        config.training().scaling().toString().toLowerCase(Locale.ROOT),
        drifts(),
        costs.firstBatch(),
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

  private Status.@Nullable Published snapshot() {
    return published
        .newest()
        .map(Publication::snapshot)
        .map(
            snapshot ->
                new Status.Published(
                    snapshot.version(),
                    Math.max(0, System.currentTimeMillis() - snapshot.timestamp().toEpochMilli())))
        .orElse(null);
  }

  @Override
  public Optional<Publication> model() {
    return published.newest();
  }

  @Override
  public Optional<Surface> surface() {
    return Optional.ofNullable(surface);
  }

  @Override
  public String metrics() {
    return telemetry.page();
  }

  private static long known(double figure) {
    return Double.isNaN(figure) ? UNKNOWN : (long) figure;
  }

  private double ofBacklog(ToLongFunction<Backlog> figure) {
    Backlog current = backlog;
    return current == null ? Double.NaN : figure.applyAsLong(current);
  }

  /** Includes the partial mini-batches of this process. Those of other instances are not known. */
  @Override
  public double examplesUnlearned() {
    return ofBacklog(current -> current.examples() + telemetry.partialExamples());
  }

  @Override
  public double examplesBehindTransaction() {
    return ofBacklog(Backlog::behindTransaction);
  }

  @Override
  public double examplesLag() {
    return ofBacklog(Backlog::untaken);
  }

  @Override
  public double batchesLag() {
    return ofBacklog(Backlog::batches);
  }

  @Override
  public double eventsLag() {
    return eventsLag == UNKNOWN ? Double.NaN : eventsLag;
  }

  @Override
  public double labelsLag() {
    return labelsLag == UNKNOWN ? Double.NaN : labelsLag;
  }

  @Override
  public double modelRows() {
    return published
        .last()
        .map(last -> (double) last.snapshot().parameters().sparse().count())
        .orElse(Double.NaN);
  }

  @Override
  public double predictionsReady() {
    LearnerService service = learner;
    return service != null
            && !service.isSilent()
            && service.predictionsState().filter(State.RUNNING::equals).isPresent()
        ? 1
        : 0;
  }

  @Override
  public double ready() {
    return health().isReady() ? 1 : 0;
  }

  @Override
  public double snapshotPublishedAt() {
    return published
        .newest()
        .map(publication -> publication.snapshot().timestamp().toEpochMilli() / 1000.0)
        .orElse(Double.NaN);
  }

  @Override
  public double examplesPerSecond() {
    synchronized (throughput) {
      return throughput.perSecond(System.currentTimeMillis());
    }
  }

  private List<Status.Drift> drifts() {
    synchronized (drifts) {
      return List.copyOf(drifts);
    }
  }

  @Override
  public void close() {
    telemetry.close();
  }
}
