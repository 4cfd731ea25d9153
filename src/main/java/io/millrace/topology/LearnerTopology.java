package io.millrace.topology;

import io.millrace.config.MillraceConfig;
import io.millrace.config.TopicsConfig;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Model;
import io.millrace.learn.PublishedModel;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The learner as a Kafka Streams topology: two sub-topologies, joined by the mini-batches topic.
 *
 * <pre>
 *   examples topic (P partitions)
 *       |   ingest task, one a partition:  decode, check, stack        rejected: dead-letters
 *       v
 *   mini-batches topic (1 partition: the training log, retained)
 *       |   train task, one:  forward, cost, backward, update          diverged: dead-letters
 *       |-> costs topic
 *       v
 *   snapshots topic (compacted)
 *       |   global store on every instance
 *       v
 *   the published model, for display and predictions
 * </pre>
 */
public final class LearnerTopology {
  private static final AutoOffsetReset FIRST = AutoOffsetReset.earliest();

  /**
   * Kafka Streams drops records without a valid timestamp. This keeps them. The times of examples
   * do not matter: everything that the learner writes has the time of the write, the state
   * included.
   */
  private static final TimestampExtractor TIME =
      (record, partitionTime) -> Math.max(0, record.timestamp());

  private LearnerTopology() {}

  /** The changelog topics of an application's tasks. */
  public static List<String> changelogs(MillraceConfig config) {
    return List.of(ingestChangelog(config), modelChangelog(config));
  }

  /** The topic that keeps the mini-batches that are not full yet; it follows the examples topic. */
  public static String ingestChangelog(MillraceConfig config) {
    return changelog(config.application(), IngestProcessor.PARTIAL_BATCH_STORE);
  }

  /** The topic that keeps the model that learns; it follows the mini-batches topic. */
  public static String modelChangelog(MillraceConfig config) {
    return changelog(config.application(), TrainProcessor.MODEL_STORE);
  }

  /** The topic that keeps a store of an application, by Kafka Streams' naming. */
  static String changelog(String application, String store) {
    return String.format(Locale.ROOT, "%s-%s-changelog", application, store);
  }

  /**
   * Builds the topology.
   *
   * @param config the settings, checked
   * @param initial the model from which to start without a state. Not modified.
   * @param facts the settings of the topics in Kafka
   * @param published gets the newest snapshot. Modified while the topology runs.
   * @param metrics count what is learned
   * @param isStopping whether the process stops in order, which leaves nothing to learn again
   */
  public static Topology build(
      MillraceConfig config,
      Model initial,
      TopicFacts facts,
      PublishedModel published,
      LearningMetrics metrics,
      BooleanSupplier isStopping) {
    TopicsConfig topics = config.topics();
    Deserializer<byte[]> read = new ByteArrayDeserializer();
    Serializer<byte[]> write = new ByteArraySerializer();
    return new Topology()
        .addSource(FIRST, "examples", TIME, read, read, topics.examples())
        .addProcessor("ingest", () -> new IngestProcessor(config, facts, metrics), "examples")
        .addStateStore(LiveStore.builder(IngestProcessor.PARTIAL_BATCH_STORE), "ingest")
        .addSink(IngestProcessor.MINI_BATCHES, topics.miniBatches(), write, write, "ingest")
        .addSink(IngestProcessor.REJECTED, topics.deadLetters(), write, write, "ingest")
        .addSource(FIRST, "training-log", TIME, read, read, topics.miniBatches())
        .addProcessor(
            "train", () -> new TrainProcessor(config, initial, facts, metrics, isStopping), "training-log")
        .addStateStore(LiveStore.builder(TrainProcessor.MODEL_STORE), "train")
        .addSink(TrainProcessor.COSTS, topics.costs(), write, write, "train")
        .addSink(TrainProcessor.SNAPSHOTS, topics.snapshots(), write, write, "train")
        .addSink(TrainProcessor.DIVERGED, topics.deadLetters(), write, write, "train")
        .addGlobalStore(
            publishedStore(),
            "published-snapshots",
            TIME,
            new StringDeserializer(),
            read,
            topics.snapshots(),
            "keep",
            () -> new SnapshotKeeper(config, published));
  }

  /** Its topic is its log. */
  /**
   * Tells when the snapshots were read to the end that the topic had at the start, and then why the
   * newest one is not used. For {@code KafkaStreams.setGlobalStateRestoreListener}.
   *
   * @param published what the topology was built with. Modified.
   */
  public static StateRestoreListener atEndOfSnapshots(PublishedModel published) {
    return new StateRestoreListener() {
      @Override
      public void onRestoreStart(TopicPartition partition, String store, long first, long end) {}

      @Override
      public void onBatchRestored(
          TopicPartition partition, String store, long offset, long restored) {}

      @Override
      public void onRestoreEnd(TopicPartition partition, String store, long restored) {
        if (store.equals(SnapshotKeeper.PUBLISHED_STORE)) {
          SnapshotKeeper.atEnd(published);
        }
      }
    };
  }

  private static StoreBuilder<KeyValueStore<String, byte[]>> publishedStore() {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(SnapshotKeeper.PUBLISHED_STORE),
            Serdes.String(),
            Serdes.ByteArray())
        .withCachingDisabled()
        .withLoggingDisabled();
  }
}
