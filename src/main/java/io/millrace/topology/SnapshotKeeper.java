package io.millrace.topology;

import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.PublishedModel;
import io.millrace.learn.PublishedModel.Publication;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Architecture;
import java.util.Locale;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the newest published snapshot of the model that fits the configuration, on every instance.
 * Kafka Streams passes it only committed records, first those from before the start. Training must
 * not depend on it, because it runs on another thread.
 *
 * <p>It warns of a snapshot that does not fit only after it has read the topic to its end, because
 * a later record can replace or delete the snapshot.
 */
final class SnapshotKeeper implements Processor<String, byte[], Void, Void> {
  static final String PUBLISHED_STORE = "published-model";

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);

  private final String modelName;
  private final String topic;
  private final Architecture architecture;
  private final PublishedModel published;
  private KeyValueStore<String, byte[]> store;
  private @Nullable String told;

  SnapshotKeeper(MillraceConfig config, PublishedModel published) {
    this.modelName = config.model().name();
    this.topic = config.topics().snapshots();
    this.architecture = config.model().architecture();
    this.published = published;
  }

  /** What was read is the newest now: tells why it is not used, if it is not. */
  static void atEnd(PublishedModel published) {
    published.reachEnd();
    published.refusal().ifPresent(LOG::warn);
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    store = context.getStateStore(PUBLISHED_STORE);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    if (!modelName.equals(record.key())) {
      return; // of another model
    }
    byte[] json = record.value();
    if (json == null) {
      store.delete(modelName);
      published.clear();
      return;
    }
    String reason = keepIfItFits(json);
    if (reason != null) {
      String sentence =
          String.format(
              Locale.ROOT,
              "The newest snapshot of model %s on topic %s cannot be used: %s",
              modelName,
              topic,
              reason);
      published.refuse(sentence);
      if (published.isAtEnd() && !sentence.equals(told)) {
        told = sentence;
        LOG.warn(sentence);
      }
    }
  }

  /** Keeps the snapshot, or returns why it cannot be used. No record may stop the learner. */
  private @Nullable String keepIfItFits(byte[] json) {
    try {
      Snapshot snapshot = SnapshotCodec.decode(json);
      Mismatches mismatches =
          Mismatches.between(snapshot.architecture(), architecture, "the snapshot");
      if (!mismatches.isEmpty()) {
        return String.format(
            Locale.ROOT,
            "%s. Another application publishes under this model.name, or did so before. The next"
                + " snapshot that fits will be used",
            mismatches);
      }
      published.set(new Publication(snapshot, json));
      store.put(modelName, json);
      return null;
    } catch (RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
