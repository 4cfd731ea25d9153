package io.millrace.topology.topics;

import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.topology.LearnerException;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.StreamsSettings;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The rights that a command needs. They are checked before the command does anything, because Kafka
 * itself refuses only one request after the other, often without the name of the right.
 *
 * <p>What does not exist yet is not checked. A Kafka without ACLs permits everything, and a Kafka
 * that does not say what it permits is not checked either.
 */
public final class AccessRights {
  private static final AclOperation READ = AclOperation.READ;
  private static final AclOperation WRITE = AclOperation.WRITE;
  private static final AclOperation SETTINGS = AclOperation.DESCRIBE_CONFIGS;

  private final Admin admin;
  private final Map<String, Set<AclOperation>> topics = new TreeMap<>();
  private final Map<String, Set<AclOperation>> groups = new TreeMap<>();

  /**
   * No rights yet.
   *
   * @param admin kept; its owner closes it
   */
  public AccessRights(Admin admin) {
    this.admin = admin;
  }

  /** The rights of a learner. */
  static AccessRights ofLearner(MillraceConfig config, Admin admin) {
    TopicsConfig topics = config.topics();
    AccessRights rights = new AccessRights(admin).topic(topics.examples(), READ, SETTINGS);
    for (String topic :
        List.of(topics.miniBatches(), topics.costs(), topics.snapshots(), topics.deadLetters())) {
      rights.topic(topic, READ, WRITE, SETTINGS);
    }
    LearnerTopology.changelogs(config).forEach(topic -> rights.topic(topic, READ, WRITE));
    rights.group(config.application(), READ);
    topics
        .events()
        .ifPresent(
            events ->
                rights
                    .topic(events, READ, SETTINGS)
                    .topic(topics.predictions(), WRITE, SETTINGS)
                    .group(StreamsSettings.predictions(config), READ));
    config
        .example()
        .labels()
        .ifPresent(
            labels -> rights.topic(labels.topic(), READ, SETTINGS).topic(topics.examples(), WRITE));
    return rights;
  }

  /** Adds rights on a topic, and returns this. */
  public AccessRights topic(String name, AclOperation... operations) {
    add(topics, name, operations);
    return this;
  }

  /** Adds rights on a consumer group, and returns this. */
  public AccessRights group(String name, AclOperation... operations) {
    add(groups, name, operations);
    return this;
  }

  private static void add(
      Map<String, Set<AclOperation>> rights, String name, AclOperation... operations) {
    rights
        .computeIfAbsent(name, each -> EnumSet.noneOf(AclOperation.class))
        .addAll(List.of(operations));
  }

  /**
   * Checks that Kafka permits all of it.
   *
   * @throws LearnerException naming every right that is missing
   * @throws KafkaException when Kafka cannot be reached
   */
  public void require() {
    List<String> missing = missing();
    if (!missing.isEmpty()) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Kafka denied access. Missing rights: %s. Grant them to the user of Millrace. The"
                  + " operations page lists the rights of each command.",
              String.join("; ", missing)));
    }
  }

  private List<String> missing() {
    List<String> missing = new ArrayList<>();
    Map<String, KafkaFuture<Set<AclOperation>>> ofTopics = new TreeMap<>();
    admin
        .describeTopics(
            topics.keySet(), new DescribeTopicsOptions().includeAuthorizedOperations(true))
        .topicNameValues()
        .forEach(
            (name, asked) ->
                ofTopics.put(name, asked.thenApply(d -> permitted(d.authorizedOperations()))));
    topics.forEach(
        (name, needed) ->
            add(missing, "topic " + name, needed, Objects.requireNonNull(ofTopics.get(name))));
    if (groups.isEmpty()) {
      return missing;
    }
    Map<String, KafkaFuture<Set<AclOperation>>> ofGroups = new TreeMap<>();
    admin
        .describeConsumerGroups(
            groups.keySet(), new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
        .describedGroups()
        .forEach(
            (name, asked) ->
                ofGroups.put(name, asked.thenApply(d -> permitted(d.authorizedOperations()))));
    groups.forEach(
        (name, needed) ->
            add(missing, "group " + name, needed, Objects.requireNonNull(ofGroups.get(name))));
    return missing;
  }

  /**
   * Whoever may see a resource may describe it; a set without that is from a Kafka that does not
   * say.
   */
  private static Set<AclOperation> permitted(@Nullable Set<AclOperation> said) {
    return said == null || !said.contains(AclOperation.DESCRIBE)
        ? EnumSet.allOf(AclOperation.class)
        : said;
  }

  private static void add(
      List<String> missing,
      String resource,
      Set<AclOperation> needed,
      KafkaFuture<Set<AclOperation>> asked) {
    Set<AclOperation> denied = EnumSet.copyOf(needed);
    try {
      denied.removeAll(KafkaAnswers.get(asked));
    } catch (UnknownTopicOrPartitionException | GroupIdNotFoundException e) {
      return; // it does not exist yet
    } catch (TopicAuthorizationException | GroupAuthorizationException e) {
      // Read, Write and Delete include Describe, so they are missing. Of settings nothing is known.
      if (denied.size() > 1) {
        denied.remove(SETTINGS);
      }
    }
    if (!denied.isEmpty()) {
      missing.add(
          String.format(
              Locale.ROOT,
              "%s on %s",
              denied.stream().map(AccessRights::text).collect(Collectors.joining(", ")),
              resource));
    }
  }

  /** As Kafka's tools and the page on operations write it: {@code DescribeConfigs}. */
  private static String text(AclOperation operation) {
    StringBuilder text = new StringBuilder();
    for (String word : operation.name().split("_", -1)) {
      text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }
}
