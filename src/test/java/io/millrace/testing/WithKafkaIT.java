package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.junit.jupiter.api.Test;

/** The tests' own tools: what a test reads is what was written, and what never comes is said. */
@WithKafka
final class WithKafkaIT {
  private final KafkaUnderTest kafka;

  WithKafkaIT(KafkaUnderTest kafka) {
    this.kafka = kafka;
  }

  @Test
  void shouldShareOneKafka(KafkaUnderTest again) {
    assertThat(again).isSameAs(kafka);
  }

  @Test
  void shouldReadWhatWasWritten(TestTopics topics) {
    String topic = topics.create("round-trip", 2);
    topics.produce(topic, 1, bytes("key"), bytes("value"), Map.of("header", bytes("h")));

    ConsumerRecord<byte[], byte[]> record = topics.consume(topic, 1).get(0);

    assertThat(record.partition()).isEqualTo(1);
    assertThat(record.key()).isEqualTo(bytes("key"));
    assertThat(record.value()).isEqualTo(bytes("value"));
    assertThat(record.headers().lastHeader("header").value()).isEqualTo(bytes("h"));
    assertThat(topics.endOffsets(topic)).isEqualTo(Map.of(0, 0L, 1, 1L));
  }

  @Test
  void shouldSayWhatNeverCame(TestTopics topics) {
    String topic = topics.create("silent", 1);

    assertThatThrownBy(
            () ->
                topics.consume(
                    topic,
                    IsolationLevel.READ_COMMITTED,
                    records -> !records.isEmpty(),
                    Duration.ofMillis(1)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("0 records in " + topic);
  }

  @Test
  void shouldChangeOneSettingAlone(TestTopics topics) {
    String topic = topics.create("settings", 1, Map.of("cleanup.policy", "compact"));

    topics.alterConfig(topic, Map.of("segment.bytes", "16777216"));

    assertThat(topics.config(topic))
        .containsEntry("cleanup.policy", "compact")
        .containsEntry("segment.bytes", "16777216");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
