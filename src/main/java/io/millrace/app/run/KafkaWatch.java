package io.millrace.app.run;

import io.millrace.app.process.Stop;
import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.topology.LearnerTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Kafka regularly for the topics of the learner, in a separate thread. It reports what Kafka
 * Streams does not report: one line when Kafka does not answer, and one line when it answers again.
 * If a topic was deleted, it stops the learner. (Many brokers create a missing topic automatically,
 * with other settings and with offsets from 0. Nobody would notice that.)
 */
final class KafkaWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaWatch.class);
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(3);

  /** How many times in a row the group may be without an assignment. */
  private static final int REBALANCE = 5;

  private static final Duration SILENCE = Duration.ofSeconds(5);

  private final Admin admin;
  private final List<String> topics;
  private final Stop stop;
  private final OutageDetector silence;
  private final Thread thread = new Thread(this::watch, "kafka-watch");
  private final Map<String, Uuid> identities = new HashMap<>();
  private final Set<TopicPartition> read = new HashSet<>();
  private final Set<String> sources;
  private final String group;
  private Set<String> missing = Set.of();
  private volatile boolean silent;
  private volatile boolean explainsFailures;
  private volatile int unassignedRounds;

  private KafkaWatch(MillraceConfig config, Admin admin, Stop stop) {
    TopicsConfig names = config.topics();
    this.admin = admin;
    List<String> all = new ArrayList<>(names.all());
    config.example().labels().ifPresent(labels -> all.add(labels.topic()));
    all.addAll(LearnerTopology.changelogs(config));
    this.topics = all;
    this.sources = Set.of(names.examples(), names.miniBatches());
    this.group = config.application();
    this.stop = stop;
    this.silence = new OutageDetector(config.bootstrapServers(), SILENCE, System.nanoTime());
    thread.setDaemon(true);
  }

  /**
   * Starts watching.
   *
   * @param admin kept; its owner closes it after the watch
   * @param stop requested when a topic was deleted
   */
  static KafkaWatch start(MillraceConfig config, Admin admin, Stop stop) {
    KafkaWatch watch = new KafkaWatch(config, admin, stop);
    watch.thread.start();
    return watch;
  }

  /** Whether Kafka has not answered for a while. */
  boolean isSilent() {
    return silent;
  }

  /**
   * Whether a failure now is part of an outage: Kafka does not answer, or has only just answered
   * again.
   */
  boolean explainsFailures() {
    return explainsFailures;
  }

  /**
   * Whether some partition has had no reader for longer than a rebalance takes. (With different
   * configurations in the group this may never end.)
   */
  boolean hasUnassigned() {
    return unassignedRounds >= REBALANCE;
  }

  private void watch() {
    try {
      while (!stop.isRequested()) {
        Optional<String> line =
            ask() && askGroup()
                ? silence.answered(System.nanoTime())
                : silence.unanswered(System.nanoTime());
        silent = silence.isSilent();
        explainsFailures = silence.explainsFailures(System.nanoTime());
        line.ifPresent(LOG::warn);
        Thread.sleep(EVERY.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /** Whether Kafka answered, even with an error. */
  private boolean ask() throws InterruptedException {
    DescribeTopicsOptions options = new DescribeTopicsOptions().timeoutMs((int) ANSWER.toMillis());
    Map<String, KafkaFuture<TopicDescription>> asked =
        admin.describeTopics(topics, options).topicNameValues();
    Set<String> gone = new HashSet<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> each : asked.entrySet()) {
      try {
        check(each.getKey(), each.getValue().get());
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TimeoutException
            || e.getCause() instanceof DisconnectException) {
          return false;
        }
        if (e.getCause() instanceof UnknownTopicOrPartitionException) {
          gone.add(each.getKey());
        } else {
          LOG.debug("Topic {} cannot be watched", each.getKey(), e.getCause());
        }
      }
    }
    // A single miss may be a broker that does not know every topic yet.
    gone.stream()
        .filter(missing::contains)
        .filter(identities::containsKey) // a changelog is created after the start
        .findFirst()
        .ifPresent(this::deleted);
    missing = gone;
    return true;
  }

  /** Whether Kafka answered, even with an error. */
  private boolean askGroup() throws InterruptedException {
    DescribeConsumerGroupsOptions options =
        new DescribeConsumerGroupsOptions().timeoutMs((int) ANSWER.toMillis());
    try {
      ConsumerGroupDescription description =
          Objects.requireNonNull(
                  admin
                      .describeConsumerGroups(List.of(group), options)
                      .describedGroups()
                      .get(group))
              .get();
      unassignedRounds = assigned(description).containsAll(read) ? 0 : unassignedRounds + 1;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException || e.getCause() instanceof DisconnectException) {
        return false;
      }
      LOG.debug("The group cannot be watched", e.getCause());
    }
    return true;
  }

  private static Set<TopicPartition> assigned(ConsumerGroupDescription description) {
    return description.members().stream()
        .flatMap(member -> member.assignment().topicPartitions().stream())
        .collect(Collectors.toSet());
  }

  private void check(String topic, TopicDescription description) {
    Uuid identity = description.topicId();
    if (sources.contains(topic)) {
      description
          .partitions()
          .forEach(each -> read.add(new TopicPartition(topic, each.partition())));
    }
    Uuid known = Objects.requireNonNullElse(identities.putIfAbsent(topic, identity), identity);
    if (!known.equals(identity)) {
      deleted(topic);
    }
  }

  private void deleted(String topic) {
    stop.fail(
        String.format(
            Locale.ROOT,
            "The learner stopped: topic %s was deleted while the learner was running. Start it again:"
                + " it continues with an empty topic, or says what to do.",
            topic));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
