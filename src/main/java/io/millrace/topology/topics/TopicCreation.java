package io.millrace.topology.topics;

import io.millrace.config.MillraceConfig;
import io.millrace.topology.LearnerException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersOptions;
import org.apache.kafka.clients.admin.DescribeProducersResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates the topics that are missing. */
final class TopicCreation {
  private final MillraceConfig config;
  private final Admin admin;

  TopicCreation(MillraceConfig config, Admin admin) {
    this.config = config;
    this.admin = admin;
  }

  /**
   * Creates what is missing, and returns whether anything was.
   *
   * @throws LearnerException when Kafka does not permit it
   */
  boolean createMissing(List<TopicSpec> specs) {
    return KafkaAnswers.settled(() -> tryToCreateMissing(specs));
  }

  private boolean tryToCreateMissing(List<TopicSpec> specs) {
    Set<String> existing = KafkaAnswers.get(admin.listTopics().names());
    List<NewTopic> missing =
        specs.stream()
            .filter(spec -> !existing.contains(spec.name()))
            .map(spec -> spec.newTopic(config.topics().replicationFactor()))
            .toList();
    admin.createTopics(missing).values().forEach(TopicCreation::await);
    return !missing.isEmpty();
  }

  private static void await(String topic, Future<Void> creation) {
    try {
      KafkaAnswers.get(creation);
    } catch (TopicExistsException e) {
      // Another instance was faster; what it created is checked like everything else.
    } catch (AuthorizationException e) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s does not exist, and Kafka denied its creation. Missing right: Create on topic"
                  + " %s or on the cluster. Grant it to the user of Millrace, or create the topic"
                  + " yourself.",
              topic,
              topic),
          e);
    }
  }

  /**
   * Waits until every broker knows the topics: Kafka Streams asks any broker, and gives up when the
   * broker does not know a source topic yet. {@code describeProducers} is the one request that goes
   * to a chosen broker, and the client repeats it while the topic is unknown there. Any other
   * answer, also a refusal, is good enough.
   */
  void awaitKnownEverywhere(List<TopicSpec> specs) {
    Collection<Node> brokers = KafkaAnswers.get(admin.describeCluster().nodes());
    if (brokers.size() == 1) {
      return; // it was asked already
    }
    List<TopicPartition> partitions =
        specs.stream().map(spec -> new TopicPartition(spec.name(), 0)).toList();
    List<Future<?>> answers = new ArrayList<>();
    for (Node broker : brokers) {
      DescribeProducersOptions options = new DescribeProducersOptions().brokerId(broker.id());
      options.timeoutMs(Math.toIntExact(KafkaAnswers.PAUSE.toMillis() * KafkaAnswers.ATTEMPTS));
      DescribeProducersResult asked = admin.describeProducers(partitions, options);
      partitions.forEach(partition -> answers.add(asked.partitionResult(partition)));
    }
    answers.forEach(TopicCreation::awaitAny);
  }

  private static void awaitAny(Future<?> answer) {
    try {
      answer.get();
    } catch (ExecutionException e) {
      // The broker knows the topic and does not lead it, or may not say, or is gone by now.
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
