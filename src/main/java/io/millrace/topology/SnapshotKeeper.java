package io.millrace.topology;

import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.PublishedModel;
import io.millrace.learn.PublishedModel.Publication;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the newest published snapshot of the model at hand, on every instance. Kafka Streams hands
 * it the committed records alone, those of before the start (the restore) first. Nothing that
 * trains may depend on it: it runs on a thread of its own, behind the training.
 */
final class SnapshotKeeper implements Processor<String, byte[], Void, Void> {
  static final String PUBLISHED_STORE = "published-model";

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);

  private final String modelName;
  private final String topic;
  private final PublishedModel published;
  private KeyValueStore<String, byte[]> store;
  private boolean told;

  SnapshotKeeper(MillraceConfig config, PublishedModel published) {
    this.modelName = config.model().name();
    this.topic = config.topics().snapshots();
    this.published = published;
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    store = context.getStateStore(PUBLISHED_STORE);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    if (!modelName.equals(record.key())) {
      return; // another model's
    }
    byte[] json = record.value();
    if (json == null) {
      store.delete(modelName);
      published.clear();
      return;
    }
    try {
      published.set(new Publication(SnapshotCodec.decode(json), json));
      store.put(modelName, json);
    } catch (RuntimeException e) { // whatever it is, it must not end the learner
      if (!told) {
        told = true;
        LOG.warn("A snapshot on topic {} was passed over: {}", topic, e.getMessage());
      }
    }
  }
}
