package io.millrace.testing;

import static java.util.Objects.requireNonNull;

import io.millrace.topology.topics.KafkaAnswers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Topics as a test sees them: create, write, read, look inside. Every call waits until its effect
 * is there, for {@link #PATIENCE} at most unless told otherwise, and throws {@link AssertionError}
 * when it is not.
 *
 * <p>Tests that run side by side may share it. The clients that it hands out belong to the caller.
 */
public final class TestTopics implements AutoCloseable {
  /** Long enough for a busy machine; a test that passes never waits for it. */
  public static final Duration PATIENCE = Duration.ofMinutes(4);

  /** So many patiences in all, where something new comes all the time and is not enough. */
  private static final int LONGEST = 10;

  private static final Duration POLL = Duration.ofMillis(100);

  private final Map<String, Object> connection;
  private final Admin admin;
  private @Nullable KafkaProducer<byte[], byte[]> producer;

  public TestTopics(String bootstrapServers) {
    this(bootstrapServers, Map.of());
  }

  /** Topics of a Kafka that wants a password: what its clients need beside the address. */
  public TestTopics(String bootstrapServers, Map<String, Object> security) {
    this.connection = new HashMap<>(security);
    connection.put("bootstrap.servers", bootstrapServers);
    Map<String, Object> settings = new HashMap<>(connection);
    // Several requests: a broker that is cut off in the middle of one costs 30 s.
    settings.put("default.api.timeout.ms", (int) PATIENCE.toMillis());
    this.admin = Admin.create(settings);
  }

  /** A name that no other test uses: for topics, groups, transactions, applications. */
  public static String unique(String prefix) {
    return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  /** Creates a topic under a unique name and returns that name. */
  public String create(String prefix, int partitions) {
    return create(prefix, partitions, Map.of());
  }

  /** Creates a topic with settings of its own under a unique name and returns that name. */
  public String create(String prefix, int partitions, Map<String, String> config) {
    String name = unique(prefix);
    NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(config);
    Await.until("topic " + name + " is created", PATIENCE, () -> isCreated(topic));
    return name;
  }

  /** False while the only broker is fenced, as one is for a moment that its machine starves. */
  private boolean isCreated(NewTopic topic) {
    try {
      await(admin.createTopics(List.of(topic)).all());
      return true;
    } catch (AssertionError e) {
      if (KafkaAnswers.isFenced(e.getCause())) {
        return false;
      }
      if (e.getCause() instanceof TopicExistsException) {
        return true; // the name is ours alone: the answer to a first request was lost
      }
      throw e;
    }
  }

  /** Whether a topic of this name is there, as far as the broker knows that is asked. */
  public boolean exists(String topic) {
    return await(admin.listTopics().names()).contains(topic);
  }

  /** Writes a record to the partition that Kafka chooses by the key. */
  public RecordMetadata produce(String topic, byte @Nullable [] key, byte @Nullable [] value) {
    return produce(topic, null, key, value, Map.of());
  }

  /**
   * Writes a record and waits for the broker to have it.
   *
   * @param partition null for the one that Kafka chooses by the key
   */
  public RecordMetadata produce(
      String topic,
      @Nullable Integer partition,
      byte @Nullable [] key,
      byte @Nullable [] value,
      Map<String, byte[]> headers) {
    RecordHeaders recordHeaders = new RecordHeaders();
    headers.forEach(recordHeaders::add);
    return produce(List.of(new ProducerRecord<>(topic, partition, key, value, recordHeaders)))
        .get(0);
  }

  /** Writes records in their order, many in flight, and waits for the broker to have them all. */
  public List<RecordMetadata> produce(Collection<ProducerRecord<byte[], byte[]>> records) {
    KafkaProducer<byte[], byte[]> producer = producer();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (ProducerRecord<byte[], byte[]> record : records) {
      sent.add(producer.send(record));
    }
    return sent.stream().map(TestTopics::await).toList();
  }

  private synchronized KafkaProducer<byte[], byte[]> producer() {
    if (producer == null) {
      producer = producer(Map.of());
    }
    return producer;
  }

  /**
   * A producer for what the methods above cannot do, such as transactions.
   *
   * <p>One request at a time: of several, Kafka refuses the first for ever if the partition got its
   * leader back between the first and the second of a new producer (KAFKA-15591).
   */
  public KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>();
    all.put("max.in.flight.requests.per.connection", 1);
    all.putAll(settings);
    all.putAll(connection);
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Reads committed records from the beginning until there are this many. */
  public List<ConsumerRecord<byte[], byte[]>> consume(String topic, int count) {
    return consume(
        topic, IsolationLevel.READ_COMMITTED, records -> records.size() >= count, PATIENCE);
  }

  /**
   * Reads a topic from its beginning, all partitions, until what was read is enough.
   *
   * @param enough asked after each poll, with all that was read so far; in the order of offsets
   *     within a partition
   * @param patience how long there may be nothing new
   * @throws AssertionError if it is not enough then
   */
  public List<ConsumerRecord<byte[], byte[]>> consume(
      String topic,
      IsolationLevel isolation,
      Predicate<List<ConsumerRecord<byte[], byte[]>>> enough,
      Duration patience) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(isolation)) {
      List<TopicPartition> partitions = partitions(topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long begun = System.nanoTime();
      long last = begun;
      while (!enough.test(Collections.unmodifiableList(records))) {
        if (System.nanoTime() - last > patience.toNanos()
            || System.nanoTime() - begun > LONGEST * patience.toNanos()) {
          throw new AssertionError(
              "%d records in %s are not enough, and the last came %d s ago"
                  .formatted(records.size(), topic, (System.nanoTime() - last) / 1_000_000_000));
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          last = System.nanoTime();
          records.add(record);
        }
      }
    }
    return records;
  }

  /** Every committed record that a topic has now. */
  public List<ConsumerRecord<byte[], byte[]>> all(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(IsolationLevel.READ_COMMITTED)) {
      List<TopicPartition> partitions = partitions(topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      Await.until(
          "the end of " + topic,
          PATIENCE,
          () -> {
            consumer.poll(POLL).forEach(records::add);
            return ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
          });
    }
    return records;
  }

  /**
   * Hands over the first committed records of a topic one by one, for more than memory should hold.
   *
   * @param patience how long there may be nothing new
   * @throws AssertionError when there are fewer than {@code count}
   */
  public void forEach(
      String topic,
      long count,
      Duration patience,
      Consumer<ConsumerRecord<byte[], byte[]>> action) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(IsolationLevel.READ_COMMITTED)) {
      List<TopicPartition> partitions = partitions(topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long seen = 0;
      long last = System.nanoTime();
      while (seen < count) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          last = System.nanoTime();
          seen++;
          action.accept(record);
        }
        if (System.nanoTime() - last > patience.toNanos()) {
          throw new AssertionError(
              "%d records in %s, not %d, and none for %s".formatted(seen, topic, count, patience));
        }
      }
    }
  }

  /** Deletes a topic, as somebody does by mistake. */
  public void delete(String topic) {
    await(admin.deleteTopics(List.of(topic)).all());
  }

  /** Deletes a group and with it the offsets that it has committed, once nobody is in it. */
  public void deleteGroup(String group) {
    whenEmpty(group, () -> admin.deleteConsumerGroups(List.of(group)).all());
  }

  /** Sets the position of a group in the only partition of a topic, as a person does by hand. */
  public void setOffset(String group, String topic, long offset) {
    Map<TopicPartition, OffsetAndMetadata> position =
        Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(offset));
    whenEmpty(group, () -> admin.alterConsumerGroupOffsets(group, position).all());
  }

  /** A process that was killed or has failed is a member until its session ends. */
  private static void whenEmpty(String group, Supplier<Future<Void>> request) {
    Await.until(
        "group %s has no member".formatted(group),
        PATIENCE,
        () -> {
          try {
            await(request.get());
            return true;
          } catch (AssertionError e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
              return true; // it has no offsets
            }
            if (e.getCause() instanceof UnknownMemberIdException
                || e.getCause() instanceof GroupNotEmptyException) {
              return false;
            }
            throw e;
          }
        });
  }

  /** Waits until a group has committed a position in the only partition of a topic. */
  public void awaitCommitted(String group, String topic, long offset) {
    TopicPartition partition = new TopicPartition(topic, 0);
    Await.until(
        "group %s is at offset %d of %s".formatted(group, offset, topic),
        PATIENCE,
        () -> {
          OffsetAndMetadata position =
              await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                  .get(partition);
          return position != null && position.offset() >= offset;
        });
  }

  private KafkaConsumer<byte[], byte[]> consumer(IsolationLevel isolation) {
    Map<String, Object> settings = new HashMap<>(connection);
    settings.put("isolation.level", isolation.toString().toLowerCase(Locale.ROOT));
    settings.put("auto.offset.reset", "none");
    settings.put("allow.auto.create.topics", false);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** The offset after the last record of each partition, transaction markers included. */
  public Map<Integer, Long> endOffsets(String topic) {
    Map<TopicPartition, OffsetSpec> latest =
        partitions(topic).stream()
            .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
    Map<TopicPartition, ListOffsetsResultInfo> offsets = await(admin.listOffsets(latest).all());
    return offsets.entrySet().stream()
        .collect(Collectors.toMap(e -> e.getKey().partition(), e -> e.getValue().offset()));
  }

  /** The id of the broker that leads the first partition. */
  public int leader(String topic) {
    return describe(topic).partitions().get(0).leader().id();
  }

  /**
   * How many replicas the partition has that has the fewest in sync; of all topics, Kafka's too.
   */
  public int fewestInSync() {
    Set<String> names = await(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
    return awaitKnown(() -> admin.describeTopics(names).allTopicNames()).values().stream()
        .flatMap(topic -> topic.partitions().stream())
        .mapToInt(partition -> partition.isr().size())
        .min()
        .orElseThrow();
  }

  private TopicDescription describe(String topic) {
    return requireNonNull(
        awaitKnown(() -> admin.describeTopics(List.of(topic)).allTopicNames()).get(topic));
  }

  private List<TopicPartition> partitions(String topic) {
    return describe(topic).partitions().stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }

  /** The settings of a topic, defaults included. */
  public Map<String, String> config(String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Config config =
        requireNonNull(
            awaitKnown(() -> admin.describeConfigs(List.of(resource)).all()).get(resource));
    return config.entries().stream()
        .collect(Collectors.toMap(ConfigEntry::name, entry -> String.valueOf(entry.value())));
  }

  /** Changes settings of a topic, leaves the others alone, and waits until they are in force. */
  public void alterConfig(String topic, Map<String, String> changes) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Collection<AlterConfigOp> operations =
        changes.entrySet().stream()
            .map(e -> new ConfigEntry(e.getKey(), e.getValue()))
            .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
            .toList();
    await(admin.incrementalAlterConfigs(Map.of(resource, operations)).all());
    Await.until(
        "%s has %s".formatted(topic, changes),
        PATIENCE,
        () -> config(topic).entrySet().containsAll(changes.entrySet()));
    // A broker first shows what is new and then applies it, but one change after the other: where
    // a later one is shown, this one is in force.
    describe(create("later", 1));
  }

  /** Deletes the records of the only partition before an offset, as retention does. */
  public void deleteRecords(String topic, long before) {
    TopicPartition partition = new TopicPartition(topic, 0);
    await(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before))).all());
  }

  /** Adds partitions to a topic, and waits until they are known. */
  public void addPartitions(String topic, int partitions) {
    await(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all());
    Await.until(
        "%s has %d partitions".formatted(topic, partitions),
        PATIENCE,
        () -> partitions(topic).size() == partitions);
  }

  /**
   * The partitions of a topic that each member of a group has, by the member's id; empty while
   * there is no such group or it is on its way to another assignment.
   */
  public Map<String, List<Integer>> assignment(String group, String topic) {
    ConsumerGroupDescription description;
    try {
      description = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
    } catch (ExecutionException e) {
      return Map.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    if (description == null || description.groupState() != GroupState.STABLE) {
      return Map.of();
    }
    return description.members().stream()
        .collect(
            Collectors.toMap(
                MemberDescription::consumerId,
                member ->
                    member.assignment().topicPartitions().stream()
                        .filter(partition -> partition.topic().equals(topic))
                        .map(TopicPartition::partition)
                        .sorted()
                        .toList()));
  }

  /** A topic that was just created is not known to every broker at once. */
  private static <T> T awaitKnown(Supplier<Future<T>> request) {
    List<T> answer = new ArrayList<>();
    Await.until(
        "the topic is known to the broker that was asked",
        PATIENCE,
        () -> {
          try {
            answer.add(await(request.get()));
          } catch (AssertionError e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
              throw e;
            }
          }
          return !answer.isEmpty();
        });
    return answer.get(0);
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("Kafka refused", e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("Kafka did not answer in " + PATIENCE, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public synchronized void close() {
    if (producer != null) {
      producer.close();
    }
    admin.close(Duration.ofSeconds(5)); // Kafka may be gone already, as in tests of its end
  }
}
