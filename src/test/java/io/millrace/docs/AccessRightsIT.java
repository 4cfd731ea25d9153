package io.millrace.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.BrokerWithRights;
import io.millrace.config.MillraceConfig;
import io.millrace.config.reader.ConfigReader;
import io.millrace.docs.RightsTable.Right;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.topology.topics.KafkaAnswers;
import io.millrace.topology.topics.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command under exactly the rights that the table on the page on operations names for it,
 * each as a user of its own; and what it says when one of them is missing.
 */
@NullUnmarked // what a test writes before it runs anything
@Tag("embedded")
final class AccessRightsIT {
  private static final int FAILURE = 1;
  private static final int EXAMPLES = 40;
  private static final String PAGE = "The operations page lists the rights of each command";
  private static final String EVENTS = "run with topics.events";
  private static final String LABELS = "run with example.labels";

  private static final String YAML =
      """
      model:
        inputs: 2
        hidden: 3
      training:
        batchSize: 4
        maxWait: never
      publish:
        snapshotEvery: 5
        snapshotInterval: 1h
        keep: 4
      """;

  /** What a learner says of itself in these tests; a right that it misses is none of this. */
  private static final Pattern EXPECTED =
      Pattern.compile(
          "rolled back to version 5|wait for the first snapshot|are being predicted now");

  private static final RightsTable TABLE = RightsTable.read();
  private static BrokerWithRights broker;
  private static Admin admin;

  @TempDir private Path folder;
  private TestLearner learner;

  @BeforeAll
  static void startKafka() {
    broker = BrokerWithRights.start(TABLE.commands().stream().map(AccessRightsIT::user).toList());
    Map<String, Object> settings = broker.superUser();
    settings.put("bootstrap.servers", broker.bootstrapServers());
    admin = Admin.create(settings);
  }

  @AfterAll
  static void stopKafka() {
    admin.close();
    broker.close();
  }

  @BeforeEach
  void writeConfiguration() throws Exception {
    TestLearner plain = TestLearner.of(folder, broker.bootstrapServers(), YAML);
    // The rights on topics with the prefix APP- must not be those on the topics of the table.
    String yaml = Files.readString(plain.config()).replace("application: ", "application: app-");
    Files.writeString(plain.config(), yaml);
    learner = plain;
  }

  private String application() {
    return "app-" + learner.name();
  }

  private String events() {
    return learner.name() + "-events";
  }

  private String labels() {
    return learner.name() + "-labels";
  }

  @Test
  void shouldSufficeForEveryCommand() throws Exception {
    createTopics();
    TABLE.commands().stream()
        .filter(command -> !command.startsWith("run with"))
        .forEach(command -> grant(command, right -> true, command));
    try (TestTopics all = new TestTopics(broker.bootstrapServers(), broker.superUser())) {
      succeed("feed");
      try (MillraceProcess run = as("run").run()) {
        learner.costs(all, EXAMPLES / 4);
        learner.snapshots(all, 2);
        assertThat(succeed("model list")).contains("  5  ", " 10  ");
        assertThat(succeed("model rollback")).contains("and continues as");
        end(run);
      }
      assertThat(succeed("model show")).contains("11 updates");
      succeed("model export");
      assertThat(succeed("replay")).contains("equals the snapshot");
      succeed("check");
      assertThat(succeed("reset")).contains("Deleted.");
      assertThat(all.exists(learner.miniBatches())).isFalse();
    }
  }

  @Test
  void shouldSufficeForPredictionsAndLaterLabels() throws Exception {
    try (TestTopics all = new TestTopics(broker.bootstrapServers(), broker.superUser())) {
      String[] toPredict = {
        "--set", "topics.events=" + events(), "--set", "topics.predictions=" + predictions()
      };
      List<String> toJoin = new ArrayList<>(List.of(toPredict));
      for (String set :
          List.of(
              "example.labels.topic=" + labels(),
              "example.labels.within=30s",
              "example.labels.grace=1s")) {
        toJoin.addAll(List.of("--set", set));
      }
      createTopics(toJoin.toArray(String[]::new));
      grant(EVENTS, right -> true, "run", EVENTS);
      all.produce(examples(learner.examples(), 20));
      try (MillraceProcess run = as(EVENTS).run(toPredict)) {
        learner.snapshots(all, 1);
        all.produce(examples(events(), 5));
        assertThat(all.consume(predictions(), 5)).hasSize(5);
        end(run);
      }

      writeConfiguration();
      List<String> joined = replaceNames(toJoin);
      createTopics(joined.toArray(String[]::new));
      grant(LABELS, right -> true, "run", EVENTS, LABELS);
      // The first model comes from examples that were sent as they are.
      all.produce(examples(learner.examples(), 20));
      try (MillraceProcess run = as(LABELS).run(joined.toArray(String[]::new))) {
        learner.snapshots(all, 1);
        all.produce(examples(events(), 5));
        all.produce(examples(labels(), 5));
        assertThat(all.consume(predictions(), 5)).hasSize(5);
        assertThat(all.consume(learner.examples(), 25)).hasSize(25);
        end(run);
      }
    }
  }

  private List<String> replaceNames(List<String> options) {
    return options.stream().map(each -> each.replaceAll("learner-\\w+", learner.name())).toList();
  }

  private String predictions() {
    return learner.name() + "-predictions";
  }

  @Test
  void shouldNameWhatARunMayNot() throws Exception {
    createTopics();
    assertRefused("run", "examples", AclOperation.READ, "Read on topic {}-examples.");
    assertRefused("run", "miniBatches", AclOperation.WRITE, "Write on topic {}-mini-batches.");
    assertRefused(
        "run", "costs", AclOperation.DESCRIBE_CONFIGS, "DescribeConfigs on topic {}-costs.");
    assertRefused("run", "APP", AclOperation.READ, "Read on group app-{}.");
    grant("run", right -> right.type() != ResourceType.TRANSACTIONAL_ID, "run");
    assertRefused(as("run").start("run"), "IDs with the prefix " + application() + "-", "Write on");
  }

  @Test
  void shouldNameATopicThatItMayNotCreate() throws Exception {
    grant("run", right -> true, "run");
    assertRefused(
        as("run").start("run"),
        "Topic " + learner.examples() + " does not exist",
        "Create on topic " + learner.examples());
    grant("feed", right -> true, "feed");
    assertRefused(start("feed"), "Create on topic " + learner.examples());

    createTopics();
    grant("run", right -> right.operation() != AclOperation.CREATE, "run");
    assertRefused(as("run").start("run"), "topic " + application() + "-", "Create on it");
  }

  @Test
  void shouldNameWhatACommandMayNot() throws Exception {
    createTopics();
    assertRefused("feed", "examples", AclOperation.WRITE, "Write on topic {}-examples.");
    assertRefused("model show", "snapshots", AclOperation.READ, "Read on topic {}-snapshots.");
    assertRefused("model list", "costs", AclOperation.READ, "Read on topic {}-costs.");
    assertRefused(
        "model rollback", "miniBatches", AclOperation.WRITE, "Write on topic {}-mini-batches.");
    assertRefused("replay", "miniBatches", AclOperation.READ, "Read on topic {}-mini-batches.");
  }

  @Test
  void shouldForgetNothingWhereItMayNotForgetAll() throws Exception {
    createTopics();
    grant("run", right -> true, "run");
    try (TestTopics all = new TestTopics(broker.bootstrapServers(), broker.superUser())) {
      all.produce(examples(learner.examples(), 20));
      try (MillraceProcess run = as("run").run()) {
        learner.snapshots(all, 1);
        end(run);
      }
    }

    String nothing = "Nothing was deleted. Kafka denied access. Missing rights: ";
    assertRefused(
        "reset", "miniBatches", AclOperation.DELETE, nothing + "Delete on topic {}-mini-batches.");
    assertRefused(
        "reset", "snapshots", AclOperation.WRITE, nothing + "Write on topic {}-snapshots.");
    assertRefused(
        "reset",
        "APP-model-changelog",
        AclOperation.DELETE,
        nothing + "Delete on topic app-{}-model-changelog.");
    assertRefused("reset", "APP", AclOperation.DELETE, nothing + "Delete on group app-{}.");

    grant("replay", right -> true, "replay");
    assertThat(succeed("replay")).contains("equals the snapshot");
  }

  /**
   * Runs a command without one of its rights.
   *
   * @param name of the right's resource, as the page writes it
   * @param said {@code {}} stands for the learner's name
   */
  private void assertRefused(String command, String name, AclOperation left, String said)
      throws Exception {
    grant(command, right -> !(right.name().equals(name) && right.operation() == left), command);
    assertRefused(start(command), said.replace("{}", learner.name()), PAGE);
  }

  private static void end(MillraceProcess run) {
    run.terminate();
    assertThat(run.awaitExit()).as(run.toString()).isZero();
    assertThat(run.complaints()).as(run.toString()).allMatch(line -> EXPECTED.matcher(line).find());
  }

  private static void assertRefused(MillraceProcess process, String... words) {
    try (process) {
      assertThat(process.awaitExit()).as(process.toString()).isEqualTo(FAILURE);
      assertThat(process.complaints()).as(process.toString()).hasSize(1);
      assertThat(process.complaints().get(0)).contains(words).contains("Grant ");
    }
  }

  /** Runs a command to its end as its own user, and returns what it printed. */
  private String succeed(String command, String... options) throws Exception {
    try (MillraceProcess process = start(command, options)) {
      assertThat(process.awaitExit()).as(process.toString()).isZero();
      return String.join("\n", process.out()) + "\n" + String.join("\n", process.err());
    }
  }

  private MillraceProcess start(String command, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of(options));
    switch (command) {
      case "feed" ->
          all.add(Files.writeString(folder.resolve("events.csv"), rows(EXAMPLES)).toString());
      case "model export" -> all.addAll(List.of("-o", folder.resolve("model.json").toString()));
      case "model rollback" -> all.addAll(List.of("--version", "5"));
      case "reset" -> all.add("--yes");
      default -> {}
    }
    String[] complete = all.toArray(String[]::new);
    return command.startsWith("model ")
        ? as(command).model(command.substring("model ".length()), complete)
        : as(command).start(command, complete);
  }

  /** The learner of this test with the password of the command's user. */
  private TestLearner as(String command) throws Exception {
    String security =
        BrokerWithRights.properties(user(command)).entrySet().stream()
            .map(each -> "  " + each.getKey() + ": '" + each.getValue() + "'\n")
            .collect(Collectors.joining("", "kafka:\n", ""));
    String yaml = Files.readString(learner.config()).replace("kafka:\n", security);
    Path config = folder.resolve(learner.name() + "-" + user(command) + ".yaml");
    return new TestLearner(learner.name(), Files.writeString(config, yaml));
  }

  private static String user(String command) {
    return command.replaceAll("[^a-z]+", "-");
  }

  /** As somebody does who may: the commands find them. */
  private void createTopics(String... options) throws Exception {
    List<String> sets = Stream.of(options).filter(option -> !option.equals("--set")).toList();
    MillraceConfig config =
        ConfigReader.read(Files.readString(learner.config()), "learner.yaml", sets, name -> null);
    new Topics(config, admin).ensure();
  }

  /** Gives a command's user rights of some rows of the table, and no others. */
  private void grant(String command, Predicate<Right> isGranted, String... rows) {
    String principal = "User:" + user(command);
    AclBindingFilter before =
        new AclBindingFilter(
            ResourcePatternFilter.ANY,
            new AccessControlEntryFilter(principal, null, AclOperation.ANY, AclPermissionType.ANY));
    KafkaAnswers.get(admin.deleteAcls(Set.of(before)).all());
    List<AclBinding> bindings =
        TABLE.of(rows).stream()
            .filter(isGranted)
            .map(
                right ->
                    new AclBinding(
                        new ResourcePattern(right.type(), name(right), right.pattern()),
                        new AccessControlEntry(
                            principal, "*", right.operation(), AclPermissionType.ALLOW)))
            .toList();
    KafkaAnswers.get(admin.createAcls(bindings).all());
  }

  private String name(Right right) {
    if (right.name().startsWith("APP")) {
      return right.name().replace("APP", application());
    }
    return switch (right.name()) {
      case "examples" -> learner.examples();
      case "miniBatches" -> learner.miniBatches();
      case "costs" -> learner.costs();
      case "snapshots" -> learner.snapshots();
      case "deadLetters" -> learner.deadLetters();
      case "events" -> events();
      case "predictions" -> predictions();
      case Right.LABELS_TOPIC -> labels();
      default -> throw new AssertionError("No topic is known under the key " + right.name());
    };
  }

  private static String rows(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "%d,%d,%d".formatted(i % 3, i % 5, i % 2))
        .collect(Collectors.joining("\n", "a,b,label\n", "\n"));
  }

  private static List<ProducerRecord<byte[], byte[]>> examples(String topic, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new ProducerRecord<>(
                    topic,
                    ("k" + i).getBytes(UTF_8),
                    "{\"features\":[%d,%d],\"label\":%d}"
                        .formatted(i % 3, i % 5, i % 2)
                        .getBytes(UTF_8)))
        .toList();
  }
}
