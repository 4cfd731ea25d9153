package io.millrace.topology.topics;

import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.topology.AcceptedTimes;
import io.millrace.topology.LearnerException;
import io.millrace.topology.LearnerTopology;
import io.millrace.topology.StreamsSettings;
import io.millrace.topology.TopicFacts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics of a learner: {@link TopicSpec} has their required properties, {@link TopicCreation}
 * creates what is missing, {@link TopicCheck} checks what exists, and {@link AccessRights} checks
 * what Kafka permits.
 */
public final class Topics {
  private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

  private final MillraceConfig config;
  private final Admin admin;
  private final boolean acceptNewPartitions;
  private final TopicCreation creation;

  public Topics(MillraceConfig config, Admin admin) {
    this(config, admin, false);
  }

  /**
   * The topics of a learner.
   *
   * @param acceptNewPartitions whether added partitions of a source topic are accepted; otherwise
   *     {@link #ensure} refuses them
   */
  public Topics(MillraceConfig config, Admin admin, boolean acceptNewPartitions) {
    this.config = config;
    this.admin = admin;
    this.acceptNewPartitions = acceptNewPartitions;
    this.creation = new TopicCreation(config, admin);
  }

  /**
   * Creates what is missing and checks what exists.
   *
   * @return the facts about the topics
   * @throws LearnerException when a topic cannot serve
   * @throws KafkaException when Kafka refuses or cannot be reached
   */
  public TopicFacts ensure() {
    AccessRights rights = AccessRights.ofLearner(config, admin);
    rights.require();
    create(List.of(TopicSpec.ofExamples(config)), rights);
    ensureSamePartitions(rights);
    String examples = config.topics().examples();
    long largestExample = TopicDescriptions.of(admin, List.of(examples)).maxMessageBytes(examples);
    List<TopicSpec> specs = TopicSpec.all(config, largestExample);
    create(specs, rights);
    creation.awaitKnownEverywhere(specs);
    List<String> names = new ArrayList<>(specs.stream().map(TopicSpec::name).toList());
    config.example().labels().ifPresent(labels -> names.add(labels.topic()));
    TopicDescriptions existing = TopicDescriptions.of(admin, names);
    TopicCheck check = new TopicCheck(config, existing);
    check.check(specs);
    Set<String> all = KafkaAnswers.get(admin.listTopics().names());
    checkChangelogs(
        check, LearnerTopology.changelogs(config).stream().filter(all::contains).toList());
    new ChangelogPartitions(config, admin).ensure(all, existing, acceptNewPartitions);
    return facts(existing, all);
  }

  private void checkChangelogs(TopicCheck check, List<String> changelogs) {
    try {
      TopicDescriptions existing = TopicDescriptions.of(admin, changelogs);
      changelogs.forEach(name -> check.checkChangelog(name, existing));
    } catch (AuthorizationException e) {
      LOG.info(
          "The settings of the state's topics ({}) are not checked: {}",
          String.join(", ", changelogs),
          e.getMessage());
    }
  }

  /** New topics can have other rights than the ones that existed. */
  private void create(List<TopicSpec> specs, AccessRights rights) {
    if (creation.createMissing(specs)) {
      rights.require();
    }
  }

  /**
   * Creates the examples topic alone when it is missing, for a command that only sends.
   *
   * @throws LearnerException when Kafka does not permit that, or to send
   * @throws KafkaException when Kafka refuses or cannot be reached
   */
  public void ensureExamples() {
    AccessRights rights =
        new AccessRights(admin).topic(config.topics().examples(), AclOperation.WRITE);
    rights.require();
    create(List.of(TopicSpec.ofExamples(config)), rights);
  }

  /**
   * Events and labels are joined partition by partition. A missing topic gets as many partitions as
   * the other one has.
   */
  private void ensureSamePartitions(AccessRights rights) {
    if (config.example().labels().isEmpty()) {
      return;
    }
    String events = config.topics().events().orElseThrow();
    String labels = config.example().labels().get().topic();
    Set<String> existing = KafkaAnswers.get(admin.listTopics().names());
    List<String> present = Stream.of(events, labels).filter(existing::contains).toList();
    TopicDescriptions descriptions = TopicDescriptions.of(admin, present);
    Map<String, Integer> partitions = new HashMap<>();
    present.forEach(name -> partitions.put(name, descriptions.partitions(name)));
    int inEvents = partitions.getOrDefault(events, config.topics().partitions());
    int inLabels = partitions.getOrDefault(labels, inEvents);
    inEvents = partitions.getOrDefault(events, inLabels);
    if (inEvents != inLabels) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s has %d partitions and topic %s has %d. Events and labels (example.labels) are"
                  + " joined partition by partition: both topics need the same number of partitions and"
                  + " the same partitioning of keys. Create one of them again.",
              events,
              inEvents,
              labels,
              inLabels));
    }
    create(
        List.of(TopicSpec.ofInput(events, inEvents), TopicSpec.ofInput(labels, inLabels)), rights);
  }

  private TopicFacts facts(TopicDescriptions existing, Set<String> all) {
    TopicsConfig topics = config.topics();
    Optional<TopicFacts.Joined> joined =
        config
            .example()
            .labels()
            .map(
                labels ->
                    new TopicFacts.Joined(
                        existing.identity(topics.events().orElseThrow()),
                        existing.identity(labels.topic()),
                        existing.maxMessageBytes(topics.examples()),
                        existing.acceptedTimes(topics.examples()),
                        waitingTimes(existing, all)));
    return new TopicFacts(
        existing.identity(topics.examples()),
        existing.identity(topics.miniBatches()),
        existing.maxMessageBytes(topics.deadLetters()),
        topics.events().isPresent()
            ? existing.acceptedTimes(topics.predictions())
            : AcceptedTimes.any(topics.predictions()),
        joined);
  }

  /**
   * Of the topics that keep what waits to be joined. Kafka Streams creates them, at the first start
   * after this, and as the broker has it.
   */
  private AcceptedTimes waitingTimes(TopicDescriptions existing, Set<String> all) {
    AcceptedTimes times =
        existing.defaultTimes(
            StreamsSettings.predictions(config) + "-*-changelog", config.topics().examples());
    List<String> changelogs =
        all.stream().filter(name -> ChangelogPartitions.isOfPredictions(name, config)).toList();
    if (changelogs.isEmpty()) {
      return times;
    }
    try {
      TopicDescriptions waiting = TopicDescriptions.of(admin, changelogs);
      List<AcceptedTimes> each = changelogs.stream().map(waiting::acceptedTimes).toList();
      return new AcceptedTimes(
          times.topic(),
          each.stream().mapToLong(AcceptedTimes::before).min().orElseThrow(),
          each.stream().mapToLong(AcceptedTimes::after).min().orElseThrow());
    } catch (AuthorizationException e) {
      return times; // only the rights to use them are needed
    }
  }
}
