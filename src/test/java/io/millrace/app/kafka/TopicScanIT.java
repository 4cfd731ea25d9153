package io.millrace.app.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.app.process.ExitException;
import io.millrace.broker.EmbeddedBroker;
import io.millrace.testing.TestTopics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bounded reads of a topic of a real broker, and its end in the middle of one. */
@Tag("embedded")
final class TopicScanIT {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static Consumer<byte[], byte[]> consumer(EmbeddedBroker broker) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "isolation.level",
            "read_committed",
            "max.poll.records",
            1,
            "max.partition.fetch.bytes",
            100,
            "auto.offset.reset",
            "earliest"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private static String topic(TestTopics topics, int records) {
    String topic = topics.create("scanned", 1);
    for (int i = 0; i < records; i++) { // one a batch
      topics.produce(topic, null, ("record " + i).getBytes(UTF_8));
    }
    return topic;
  }

  @Test
  void shouldEndWithASentenceWhenNothingComes() {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary("127.0.0.1", 0);
        TestTopics topics = new TestTopics(broker.bootstrapServers());
        Consumer<byte[], byte[]> consumer = consumer(broker)) {
      String topic = topic(topics, 20);
      TopicScan scan = new TopicScan(consumer, topic, PATIENCE);

      assertThatThrownBy(
              () ->
                  scan.read(
                      record -> {
                        broker.close();
                        return true;
                      }))
          .isInstanceOf(ExitException.class)
          .hasMessageMatching(
              "Topic "
                  + topic
                  + ": no record arrived for 1 s \\(partition 0 at offset \\d+ of 20\\)\\. .*");
    }
  }

  @Test
  void shouldReadTheEndsOnly() {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary("127.0.0.1", 0);
        TestTopics topics = new TestTopics(broker.bootstrapServers());
        Consumer<byte[], byte[]> consumer = consumer(broker)) {
      String topic = topic(topics, 9);
      topics.deleteRecords(topic, 1);
      TopicScan scan = new TopicScan(consumer, topic);

      assertThat(ends(scan, 2)).containsExactly(1L, 2L, 7L, 8L);
      assertThat(ends(scan, 5)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
      assertThat(scan.firstOffset()).isEqualTo(1);
      assertThat(scan.lastOffset()).isEqualTo(8);
    }
  }

  private static List<Long> ends(TopicScan scan, long offsets) {
    List<Long> read = new ArrayList<>();
    scan.readEnds(
        offsets,
        record -> {
          read.add(record.offset());
          return true;
        });
    return read.stream().distinct().toList();
  }

  @Test
  void shouldTellRecordsFromTheEndsOfTransactions() {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary("127.0.0.1", 0);
        TestTopics topics = new TestTopics(broker.bootstrapServers());
        Consumer<byte[], byte[]> consumer = consumer(broker)) {
      String topic = topics.create("scanned", 1);
      try (var producer = topics.producer(Map.of("transactional.id", topic))) {
        producer.initTransactions();
        producer.beginTransaction();
        Future<RecordMetadata> committed =
            producer.send(new ProducerRecord<>(topic, new byte[] {1}));
        producer.commitTransaction();
        producer.beginTransaction();
        Future<RecordMetadata> aborted = producer.send(new ProducerRecord<>(topic, new byte[] {2}));
        producer.flush();
        producer.abortTransaction();
        assertThat(committed).isDone();
        assertThat(aborted).isDone();
      }
      TopicPartition partition = new TopicPartition(topic, 0);

      assertThat(TopicScan.hasRecords(consumer, partition, 0, 4)).isTrue();
      assertThat(TopicScan.hasRecords(consumer, partition, 0, 1)).isTrue();
      assertThat(TopicScan.hasRecords(consumer, partition, 1, 4)).isFalse();
    }
  }
}
