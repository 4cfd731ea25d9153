package io.millrace.app.show;

import io.millrace.app.kafka.KafkaClients;
import io.millrace.codec.FormatException;
import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.example.MiniBatch;
import io.millrace.learn.PublishedModel.Publication;
import io.millrace.topology.StreamsSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Kafka once a second how far the learner, all instances of it, is behind; and for a model
 * with two inputs between which numbers they are, to draw its surface there. In a thread of its
 * own.
 */
public final class TopicSurvey implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicSurvey.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration CLOSE = Duration.ofSeconds(2);

  /** Up to here the records are counted: of the offsets some are the ends of transactions. */
  private static final long COUNTED = 8;

  private static final long LOOKED_AT = 20;
  private static final long UNKNOWN = -1;

  private final MillraceConfig config;
  private final LearnerBoard board;
  private final Admin admin;
  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> examples;
  private final List<TopicPartition> miniBatches;
  private final List<TopicPartition> events;
  private final InputRange range = new InputRange();
  private final Thread thread = new Thread(this::run, "survey");
  private long drawn = UNKNOWN;
  private volatile boolean closing;

  private TopicSurvey(MillraceConfig config, LearnerBoard board) {
    KafkaClients clients = new KafkaClients(config);
    this.config = config;
    this.board = board;
    this.admin = Admin.create(clients.adminSettings());
    this.consumer = clients.reader("survey");
    this.examples = KafkaClients.partitions(consumer, config.topics().examples());
    this.miniBatches = KafkaClients.partitions(consumer, config.topics().miniBatches());
    this.events =
        config
            .topics()
            .events()
            .map(topic -> KafkaClients.partitions(consumer, topic))
            .orElse(List.of());
    thread.setDaemon(true);
  }

  /** Starts asking; the topics must exist. */
  public static TopicSurvey start(MillraceConfig config, LearnerBoard board) {
    TopicSurvey survey = new TopicSurvey(config, board);
    survey.thread.start();
    return survey;
  }

  private void run() {
    try {
      while (!closing) {
        ask();
        Thread.sleep(EVERY.toMillis());
      }
    } catch (InterruptedException | InterruptException | WakeupException e) {
      LOG.debug("Closed", e);
    }
  }

  private void ask() throws InterruptedException {
    try {
      board.setLag(backlog(), events.isEmpty() ? UNKNOWN : eventsLag());
      drawNewSurface();
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      if (closing || e instanceof InterruptException || e instanceof WakeupException) {
        throw new InterruptedException();
      }
      LOG.debug("Kafka did not say how far it is", e);
      board.setLag(null, UNKNOWN);
    }
  }

  private Backlog backlog() throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetAndMetadata> committed = committed(config.application());
    Map<TopicPartition, Long> taken = positions(examples, committed);
    Map<TopicPartition, Long> readable = consumer.endOffsets(examples, ANSWER);
    Map<TopicPartition, Long> written = written(examples);
    long untaken = 0;
    long behind = 0;
    for (TopicPartition partition : examples) {
      long from = taken.getOrDefault(partition, 0L);
      long end = readable.getOrDefault(partition, from);
      untaken += records(partition, from, end);
      behind += Math.max(0, written.getOrDefault(partition, end) - Math.max(from, end));
    }
    Map<TopicPartition, Long> learned = positions(miniBatches, committed);
    Map<TopicPartition, Long> logged = consumer.endOffsets(miniBatches, ANSWER);
    long batches = 0;
    long inBatches = 0;
    for (TopicPartition partition : miniBatches) {
      long from = learned.getOrDefault(partition, 0L);
      long end = logged.getOrDefault(partition, from);
      if (end - from > COUNTED) {
        batches += end - from;
        inBatches += Math.round((end - from) * board.examplesPerOffset());
      } else if (end > from) {
        List<ConsumerRecord<byte[], byte[]>> waiting = read(partition, from, end);
        batches += waiting.size();
        inBatches += waiting.stream().mapToLong(this::size).sum();
      }
    }
    return new Backlog(untaken, behind, batches, inBatches);
  }

  /** The events not predicted yet, those behind an open transaction included. */
  private long eventsLag() throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, Long> predicted =
        positions(events, committed(StreamsSettings.predictions(config)));
    Map<TopicPartition, Long> readable = consumer.endOffsets(events, ANSWER);
    Map<TopicPartition, Long> written = written(events);
    long lag = 0;
    for (TopicPartition partition : events) {
      long from = predicted.getOrDefault(partition, 0L);
      long end = readable.getOrDefault(partition, from);
      lag += records(partition, from, end);
      lag += Math.max(0, written.getOrDefault(partition, end) - Math.max(from, end));
    }
    return lag;
  }

  private Map<TopicPartition, OffsetAndMetadata> committed(String group)
      throws InterruptedException, ExecutionException, TimeoutException {
    return admin
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Where the group goes on: at the first record there is, where it has not begun. */
  private Map<TopicPartition, Long> positions(
      List<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
    Map<TopicPartition, Long> positions =
        new HashMap<>(consumer.beginningOffsets(partitions, ANSWER));
    positions.replaceAll(
        (partition, begin) -> {
          OffsetAndMetadata position = committed.get(partition);
          return position == null ? begin : Math.max(begin, position.offset());
        });
    return positions;
  }

  /** The ends of the partitions for those who read uncommitted records, too. */
  private Map<TopicPartition, Long> written(List<TopicPartition> partitions)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin
        .listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
        .all()
        .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS)
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  /** The committed records between two offsets; of many, the offsets are as good. */
  private long records(TopicPartition partition, long from, long end) {
    if (end - from > COUNTED) {
      return end - from;
    }
    return end <= from ? 0 : read(partition, from, end).size();
  }

  private List<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition, long from, long end) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, from);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    long deadline = System.nanoTime() + ANSWER.toNanos();
    while (consumer.position(partition) < end && System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < end) {
          records.add(record);
        }
      }
    }
    return records;
  }

  private int size(ConsumerRecord<byte[], byte[]> record) {
    try {
      return MiniBatchCodec.decode(record.value(), 1).size();
    } catch (FormatException e) {
      return 0; // the train task says so
    }
  }

  private void drawNewSurface() {
    Optional<Publication> model = board.published().newest();
    if (config.model().inputs() != 2
        || model.isEmpty()
        || model.get().snapshot().architecture().inputs() != 2
        || model.get().snapshot().version() == drawn) {
      return;
    }
    look();
    if (!range.isEmpty()) {
      drawn = model.get().snapshot().version();
      board.setSurface(DecisionSurface.of(model.get().snapshot(), range));
    }
  }

  /** Looks at the newest mini-batches. */
  private void look() {
    TopicPartition log = miniBatches.get(0);
    long end = consumer.endOffsets(List.of(log), ANSWER).getOrDefault(log, 0L);
    long begin = consumer.beginningOffsets(List.of(log), ANSWER).getOrDefault(log, 0L);
    for (ConsumerRecord<byte[], byte[]> record : read(log, Math.max(begin, end - LOOKED_AT), end)) {
      try {
        MiniBatch batch = MiniBatchCodec.decode(record.value(), 1);
        if (batch.inputs() == 2) {
          range.add(batch);
        }
      } catch (FormatException e) {
        LOG.debug("Not a mini-batch", e); // the train task says so
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    consumer.close(CloseOptions.timeout(CLOSE));
    admin.close(Duration.ZERO);
  }
}
