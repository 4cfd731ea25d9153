package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.codec.published.CostCodec;
import io.millrace.example.MiniBatch;
import io.millrace.learn.BatchCost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;

/**
 * A learner's configuration file, with an application and topics that no other test uses, and what
 * is on those topics.
 *
 * @param name the application, the model, and the start of every topic's name
 */
public record TestLearner(String name, Path config) {

  /**
   * Writes the configuration.
   *
   * @param yaml the sections {@code model} (without its name) and whatever else
   */
  public static TestLearner of(Path folder, String bootstrapServers, String yaml)
      throws IOException {
    return of(folder, bootstrapServers, 1, yaml);
  }

  /**
   * Writes the configuration.
   *
   * @param partitions of the examples topic
   * @param yaml the sections {@code model} (without its name) and whatever else
   */
  public static TestLearner of(Path folder, String bootstrapServers, int partitions, String yaml)
      throws IOException {
    String name = TestTopics.unique("learner");
    String head =
        """
        application: NAME
        kafka:
          bootstrap.servers: SERVERS
        topics:
          examples: NAME-examples
          miniBatches: NAME-mini-batches
          costs: NAME-costs
          snapshots: NAME-snapshots
          deadLetters: NAME-dead-letters
          partitions: PARTITIONS
        http:
          port: none
        """;
    Path config = folder.resolve(name + ".yaml");
    Files.writeString(
        config,
        head.replace("NAME", name)
                .replace("SERVERS", bootstrapServers)
                .replace("PARTITIONS", Integer.toString(partitions))
            + yaml.replaceFirst("model:\n", "model:\n  name: " + name + "\n"));
    return new TestLearner(name, config);
  }

  /** An address of this machine where nobody listens now. */
  public static String freeAddress() {
    return "127.0.0.1:" + FreePorts.next();
  }

  public String examples() {
    return name + "-examples";
  }

  public String miniBatches() {
    return name + "-mini-batches";
  }

  public String costs() {
    return name + "-costs";
  }

  public String snapshots() {
    return name + "-snapshots";
  }

  public String deadLetters() {
    return name + "-dead-letters";
  }

  /** Starts a command with this configuration. */
  public MillraceProcess start(String command, String... options) {
    String[] args = new String[options.length + 3];
    args[0] = command;
    args[1] = "--config";
    args[2] = config.toString();
    System.arraycopy(options, 0, args, 3, options.length);
    return MillraceProcess.start(args);
  }

  /** Starts a command of {@code model} with this configuration. */
  public MillraceProcess model(String command, String... options) {
    List<String> args = new ArrayList<>(List.of("model", command, "--config", config.toString()));
    args.addAll(List.of(options));
    return MillraceProcess.start(args.toArray(String[]::new));
  }

  /** Starts {@code run} and waits until it learns. */
  public MillraceProcess run(String... options) {
    MillraceProcess run = start("run", options);
    try {
      run.awaitLine("learns from topic");
      return run;
    } catch (AssertionError e) {
      run.close();
      throw e;
    }
  }

  /** The committed costs, in their order, once there are this many, however long that takes. */
  public List<BatchCost> costs(TestTopics topics, int count) {
    return costs(topics, records -> records.size() >= count);
  }

  /** The same, once they are enough. */
  public List<BatchCost> costs(
      TestTopics topics, Predicate<List<ConsumerRecord<byte[], byte[]>>> enough) {
    return topics
        .consume(costs(), IsolationLevel.READ_COMMITTED, enough, MillraceProcess.PATIENCE)
        .stream()
        .map(record -> CostCodec.decode(record.value()))
        .toList();
  }

  /** The committed mini-batches, in their order, once there are this many. */
  public List<MiniBatch> miniBatches(TestTopics topics, int count) {
    return topics.consume(miniBatches(), count).stream().map(TestLearner::miniBatch).toList();
  }

  public static MiniBatch miniBatch(ConsumerRecord<byte[], byte[]> record) {
    return MiniBatchCodec.decode(record.value(), 1);
  }

  /** The newest snapshots, not those that are kept beside them, once there are this many. */
  public List<ConsumerRecord<byte[], byte[]>> snapshots(TestTopics topics, int count) {
    return newest(
        topics.consume(
            snapshots(),
            IsolationLevel.READ_COMMITTED,
            records -> newest(records).size() >= count,
            MillraceProcess.PATIENCE));
  }

  private List<ConsumerRecord<byte[], byte[]>> newest(List<ConsumerRecord<byte[], byte[]>> all) {
    return all.stream().filter(this::isNewest).toList();
  }

  public boolean isNewest(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), UTF_8).equals(name);
  }

  /** The dead letters, in their order, once there are this many. */
  public List<ConsumerRecord<byte[], byte[]>> deadLetters(TestTopics topics, int count) {
    return topics.consume(deadLetters(), count);
  }
}
