package io.millrace.topology;

import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeProducersOptions;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** The topics of a learner: created when missing, checked when they are there. */
public final class Topics {
  private static final String FOREVER = "-1";

  /**
   * For ever: an example or a mini-batch that expired before it was learned would be lost, and by
   * its time an old event expires at once.
   */
  private static final Map<String, String> KEPT =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.CLEANUP_POLICY_DELETE,
          TopicConfig.RETENTION_MS_CONFIG,
          FOREVER,
          TopicConfig.RETENTION_BYTES_CONFIG,
          FOREVER);

  private static final int ATTEMPTS = 50;
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final MillraceConfig config;
  private final Admin admin;

  public Topics(MillraceConfig config, Admin admin) {
    this.config = config;
    this.admin = admin;
  }

  /**
   * What a topic must be like.
   *
   * @param largestRecord that it must take
   * @param room for larger ones still, when it is created
   */
  private record Spec(
      String name, int partitions, long largestRecord, long room, Map<String, String> config) {
    Spec(String name, int partitions, long largestRecord, Map<String, String> config) {
      this(name, partitions, largestRecord, largestRecord, config);
    }

    NewTopic newTopic(int replicationFactor) {
      Map<String, String> settings = new HashMap<>(config);
      if (room > RecordSizes.BROKER_DEFAULT) {
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.toString(room));
      }
      return new NewTopic(name, Optional.of(partitions), Optional.of((short) replicationFactor))
          .configs(settings);
    }
  }

  /**
   * Creates what is missing and checks what is there.
   *
   * @return what Kafka says of them
   * @throws LearnerException when a topic cannot serve
   * @throws org.apache.kafka.common.KafkaException when Kafka refuses or cannot be reached
   */
  public TopicFacts ensure() {
    ensureExamples();
    ensureSamePartitions();
    List<Spec> specs = specs(largestRecord(config.topics().examples()));
    createMissing(specs);
    awaitKnownEverywhere(specs);
    return check(specs);
  }

  /** Creates the examples topic alone when it is missing, for those who only send. */
  public void ensureExamples() {
    createMissing(List.of(examples()));
  }

  private Spec examples() {
    long room =
        config.example().labels().isPresent() ? RecordSizes.ofJoinedExample(config.model()) : 0;
    return new Spec(config.topics().examples(), config.topics().partitions(), 0, room, KEPT);
  }

  /**
   * Events and labels are joined partition by partition. What is missing gets as many as the other
   * one has.
   */
  private void ensureSamePartitions() {
    if (config.example().labels().isEmpty()) {
      return;
    }
    String events = config.topics().events().orElseThrow();
    String labels = config.example().labels().get().topic();
    Set<String> existing = get(admin.listTopics().names());
    List<String> present = Stream.of(events, labels).filter(existing::contains).toList();
    Map<String, Integer> partitions = new HashMap<>();
    describe(present).forEach((name, topic) -> partitions.put(name, topic.partitions().size()));
    int inEvents = partitions.getOrDefault(events, config.topics().partitions());
    int inLabels = partitions.getOrDefault(labels, inEvents);
    inEvents = partitions.getOrDefault(events, inLabels);
    if (inEvents != inLabels) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s has %d partitions and topic %s has %d: events and labels (example.labels) are"
                  + " joined partition by partition and need as many, with keys spread over them in"
                  + " the same way. Create one of them again.",
              events,
              inEvents,
              labels,
              inLabels));
    }
    createMissing(
        List.of(new Spec(events, inEvents, 0, KEPT), new Spec(labels, inLabels, 0, KEPT)));
  }

  private long largestRecord(String topic) {
    describe(List.of(topic));
    return maxMessageBytes(of(resource(topic), configs(List.of(topic))));
  }

  private List<Spec> specs(long largestExample) {
    TopicsConfig topics = config.topics();
    RecordSizes sizes = RecordSizes.of(config);
    Map<String, String> compacted =
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.SEGMENT_BYTES_CONFIG,
            Integer.toString(16 * 1024 * 1024),
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
            "0.1");
    List<Spec> specs = new ArrayList<>();
    topics
        .events()
        .ifPresent(
            events -> {
              specs.add(new Spec(events, topics.partitions(), 0, KEPT));
              long prediction = RecordSizes.ofPrediction(config.model());
              specs.add(
                  new Spec(
                      topics.predictions(),
                      topics.partitions(),
                      prediction,
                      prediction + (config.predictions().includeEvent() ? largestExample : 0),
                      KEPT));
            });
    specs.addAll(
        List.of(
            examples(),
            // A snapshot stands in the log where the model goes back to it.
            new Spec(
                topics.miniBatches(),
                1,
                sizes.miniBatch(),
                Math.max(sizes.miniBatch(), sizes.snapshot()),
                KEPT),
            new Spec(topics.costs(), 1, 0, KEPT),
            new Spec(topics.snapshots(), 1, sizes.snapshot(), compacted),
            new Spec(topics.deadLetters(), 1, sizes.deadLetter(largestExample), KEPT)));
    return specs;
  }

  private void createMissing(List<Spec> specs) {
    settled(
        () -> {
          tryToCreateMissing(specs);
          return specs;
        });
  }

  private void tryToCreateMissing(List<Spec> specs) {
    Set<String> existing = get(admin.listTopics().names());
    List<NewTopic> missing =
        specs.stream()
            .filter(spec -> !existing.contains(spec.name()))
            .map(spec -> spec.newTopic(config.topics().replicationFactor()))
            .toList();
    admin.createTopics(missing).values().values().forEach(Topics::awaitCreation);
  }

  /**
   * Waits until every broker has heard of the topics: Kafka Streams asks any of them, and gives up
   * where a topic that it reads is not known yet. The one question that is put to a certain broker:
   * the client itself puts it again for as long as the topic is unknown there. Any other answer, a
   * refusal too, is as good.
   */
  private void awaitKnownEverywhere(List<Spec> specs) {
    Collection<Node> brokers = get(admin.describeCluster().nodes());
    if (brokers.size() == 1) {
      return; // it was asked already
    }
    List<TopicPartition> partitions =
        specs.stream().map(spec -> new TopicPartition(spec.name(), 0)).toList();
    List<KafkaFuture<?>> answers = new ArrayList<>();
    for (Node broker : brokers) {
      DescribeProducersOptions options = new DescribeProducersOptions().brokerId(broker.id());
      options.timeoutMs(Math.toIntExact(PAUSE.toMillis() * ATTEMPTS));
      DescribeProducersResult asked = admin.describeProducers(partitions, options);
      partitions.forEach(partition -> answers.add(asked.partitionResult(partition)));
    }
    answers.forEach(Topics::await);
  }

  private static void await(KafkaFuture<?> answer) {
    try {
      answer.get();
    } catch (ExecutionException e) {
      // It knows the topic and does not lead it, or may not say, or is gone by now.
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static void awaitCreation(KafkaFuture<Void> creation) {
    try {
      get(creation);
    } catch (TopicExistsException e) {
      // Another instance was faster; what it created is checked like everything else.
    }
  }

  private TopicFacts check(List<Spec> specs) {
    List<String> names = new ArrayList<>(specs.stream().map(Spec::name).toList());
    config.example().labels().ifPresent(labels -> names.add(labels.topic()));
    Map<String, TopicDescription> descriptions = describe(names);
    Map<ConfigResource, Config> configs = configs(names);
    TopicsConfig topics = config.topics();
    for (Spec spec : specs) {
      // A dead letter that does not fit goes without its value; it must not stop the stream.
      if (!spec.name().equals(topics.deadLetters())) {
        checkLargestRecord(spec, of(resource(spec.name()), configs));
      }
    }
    TopicDescription log = of(topics.miniBatches(), descriptions);
    checkLog(log.name(), log.partitions().size(), of(resource(log.name()), configs));
    return new TopicFacts(
        of(topics.examples(), descriptions).topicId(),
        log.topicId(),
        maxMessageBytes(of(resource(topics.deadLetters()), configs)),
        config
            .example()
            .labels()
            .map(
                labels ->
                    new TopicFacts.Joined(
                        of(topics.events().orElseThrow(), descriptions).topicId(),
                        of(labels.topic(), descriptions).topicId(),
                        maxMessageBytes(of(resource(topics.examples()), configs)))));
  }

  private Map<ConfigResource, Config> configs(List<String> topics) {
    List<ConfigResource> resources = topics.stream().map(Topics::resource).toList();
    return settled(() -> get(admin.describeConfigs(resources).all()));
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  private static <K, V> V of(K topic, Map<K, V> known) {
    return Objects.requireNonNull(known.get(topic), topic::toString);
  }

  private static int maxMessageBytes(Config topic) {
    return Integer.parseInt(value(topic, TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
  }

  private Map<String, TopicDescription> describe(List<String> names) {
    return settled(() -> get(admin.describeTopics(names).allTopicNames()));
  }

  /**
   * Asks again, for a while, where the answer is that of a cluster that has not settled yet: a
   * topic that was just created is not known to every broker at once, or a broker is fenced.
   */
  private static <T> T settled(Supplier<T> request) {
    for (int attempt = 1; ; attempt++) {
      try {
        return request.get();
      } catch (UnknownTopicOrPartitionException | InvalidReplicationFactorException e) {
        if (attempt == ATTEMPTS
            || !(e instanceof UnknownTopicOrPartitionException || isFenced(e))) {
          throw e;
        }
        pause();
      }
    }
  }

  /**
   * Whether a topic cannot be created because no broker takes it for the moment: one that has just
   * started, or that its machine starves, is fenced.
   */
  public static boolean isFenced(@Nullable Throwable e) {
    return e instanceof InvalidReplicationFactorException
        && String.valueOf(e.getMessage()).contains("fenced");
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static LearnerException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new LearnerException("Interrupted while talking to Kafka", e);
  }

  private static void checkLargestRecord(Spec spec, Config actual) {
    int limit = maxMessageBytes(actual);
    if (spec.largestRecord() > limit) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s takes records of up to %d bytes, this configuration can produce %d. Raise its"
                  + " max.message.bytes, or choose a smaller model or mini-batch.",
              spec.name(),
              limit,
              spec.largestRecord()));
    }
  }

  private static void checkLog(String name, int partitions, Config actual) {
    if (partitions != 1) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s has %d partitions; the training log (topics.miniBatches) is one total order"
                  + " and must have 1. Name another topic.",
              name,
              partitions));
    }
    String policy = value(actual, TopicConfig.CLEANUP_POLICY_CONFIG);
    if (policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s has cleanup.policy=%s, which would delete mini-batches that are not learned"
                  + " yet; the training log (topics.miniBatches) needs \"delete\".",
              name,
              policy));
    }
  }

  private static String value(Config config, String key) {
    return config.get(key).value();
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new LearnerException("Kafka's answer could not be read: " + e.getCause(), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }
}
