package io.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** As Kafka Streams understands the settings, not as they are spelled. */
class StreamsSettingsTest {
  @Test
  void shouldTakeOverWhatTheConfigurationSays() {
    StreamsConfig streams = streams("threads=3", "topics.replicationFactor=2");

    assertThat(streams.getString(StreamsConfig.APPLICATION_ID_CONFIG)).isEqualTo("flights");
    assertThat(streams.getString(StreamsConfig.CLIENT_ID_CONFIG)).isEqualTo("flights");
    assertThat(streams.getList(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG))
        .containsExactly("nowhere:9092");
    assertThat(streams.getInt(StreamsConfig.NUM_STREAM_THREADS_CONFIG)).isEqualTo(3);
    assertThat(streams.getInt(StreamsConfig.REPLICATION_FACTOR_CONFIG)).isEqualTo(2);
    assertThat(streams.getLong(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG)).isEqualTo(500);
  }

  @ParameterizedTest
  @CsvSource({"exactly-once, exactly_once_v2", "at-least-once, at_least_once"})
  void shouldTranslateTheGuarantee(String ours, String kafkas) {
    assertThat(streams("guarantee=" + ours).getString(StreamsConfig.PROCESSING_GUARANTEE_CONFIG))
        .isEqualTo(kafkas);
  }

  @Test
  void shouldLearnExactlyOnceUnlessToldOtherwise() {
    assertThat(streams().getString(StreamsConfig.PROCESSING_GUARANTEE_CONFIG))
        .isEqualTo(StreamsConfig.EXACTLY_ONCE_V2);
  }

  @Test
  void shouldLetTheProducerSendTheLargestRecord() {
    long largest = RecordSizes.of(LearnerFixture.config("model.inputs=100000")).largestRequest();

    Map<String, Object> producer = producer("model.inputs=100000");

    assertThat(largest).isGreaterThan(5_000_000);
    assertThat(asLong(producer, ProducerConfig.MAX_REQUEST_SIZE_CONFIG)).isEqualTo(largest);
    assertThat(asLong(producer, ProducerConfig.BUFFER_MEMORY_CONFIG))
        .isGreaterThanOrEqualTo(32L * 1024 * 1024);
  }

  @Test
  void shouldBufferSeveralRecordsOfTheLargestSize() {
    String large = "model.inputs=1000000";
    long largest = RecordSizes.of(LearnerFixture.config(large)).largestRequest();

    assertThat(asLong(producer(large), ProducerConfig.BUFFER_MEMORY_CONFIG))
        .isGreaterThanOrEqualTo(2 * largest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kafka.max.request.size", "kafka.producer.max.request.size"})
  void shouldLetTheUsersPropertyWinHoweverItIsSpelled(String key) {
    assertThat(asLong(producer(key + "=7654321"), ProducerConfig.MAX_REQUEST_SIZE_CONFIG))
        .isEqualTo(7_654_321);
  }

  @Test
  void shouldHandTheUsersPropertiesToKafka() {
    StreamsConfig streams =
        streams(
            "kafka.commit.interval.ms=777",
            "kafka.client.id=mine",
            "kafka.security.protocol=SASL_SSL",
            "kafka.consumer.max.poll.records=9");

    assertThat(streams.getLong(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG)).isEqualTo(777);
    assertThat(streams.getString(StreamsConfig.CLIENT_ID_CONFIG)).isEqualTo("mine");
    assertThat(streams.getProducerConfigs("c")).containsEntry("security.protocol", "SASL_SSL");
    assertThat(streams.getMainConsumerConfigs("g", "c", 0))
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("max.poll.records", "9");
  }

  private static StreamsConfig streams(String... overrides) {
    return new StreamsConfig(StreamsSettings.of(LearnerFixture.config(overrides)));
  }

  private static Map<String, Object> producer(String... overrides) {
    return streams(overrides).getProducerConfigs("c");
  }

  private static long asLong(Map<String, Object> settings, String key) {
    return Long.parseLong(String.valueOf(settings.get(key)));
  }
}
