package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.codec.published.SnapshotCodec;
import io.millrace.config.ConfigException;
import io.millrace.config.MillraceConfig;
import io.millrace.learn.LearningMetrics;
import io.millrace.learn.Model;
import io.millrace.learn.PublishedModel;
import io.millrace.learn.Snapshot;
import io.millrace.nn.KernelKind;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an instance knows of the published model; that it knows it again after a restart is in
 * {@code MonitoringIT}.
 */
class PublishedModelTest {
  @TempDir private Path stateFolder;
  private final MillraceConfig config = LearnerFixture.config();
  private final PublishedModel published = new PublishedModel();
  private TopologyTestDriver driver;
  private TestInputTopic<String, byte[]> snapshots;

  @BeforeEach
  void start() throws ConfigException {
    Properties properties = StreamsSettings.of(config);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateFolder.toString());
    driver =
        new TopologyTestDriver(
            LearnerTopology.build(
                config,
                InitialModel.of(config),
                LearnerFixture.FACTS,
                published,
                LearningMetrics.NONE,
                () -> false),
            properties);
    snapshots =
        driver.createInputTopic("models", new StringSerializer(), new ByteArraySerializer());
  }

  @AfterEach
  void close() {
    driver.close();
  }

  @Test
  void shouldBeTheNewestOfItsName() throws ConfigException {
    assertThat(published.newest()).isEmpty();

    snapshots.pipeInput("flights", snapshot("flights", 1));
    snapshots.pipeInput("trains", snapshot("trains", 2));
    assertThat(published.newest().orElseThrow().snapshot().timestamp())
        .isEqualTo(Instant.ofEpochSecond(1));

    byte[] newer = snapshot("flights", 3);
    snapshots.pipeInput("flights", newer);
    assertThat(published.newest().orElseThrow().json()).isEqualTo(newer);
    assertThat(published.newest().orElseThrow().snapshot().timestamp())
        .isEqualTo(Instant.ofEpochSecond(3));
  }

  @Test
  void shouldPassOverWhatIsNoSnapshot() throws ConfigException {
    byte[] good = snapshot("flights", 1);
    snapshots.pipeInput("flights", good);
    snapshots.pipeInput("flights", "{\"format\":\"millrace-snapshot/2\"}".getBytes(UTF_8));
    snapshots.pipeInput("flights", new byte[] {1, 2, 3});
    snapshots.pipeInput("flights", new byte[0]);
    snapshots.pipeInput(null, good);

    assertThat(published.newest().orElseThrow().json()).isEqualTo(good);
  }

  /** Another application publishes under the same name; its model has another shape. */
  @Test
  void shouldKeepOnlyWhatFitsTheConfiguration() throws ConfigException {
    for (String other : List.of("inputs: 5", "hidden: 9", "activation: relu", "output: identity")) {
      snapshots.pipeInput("flights", misfit(other));
      assertThat(published.newest()).as(other).isEmpty();
      assertThat(published.refusal().orElseThrow())
          .contains(
              "model flights on topic models cannot be used: " + other + " in the snapshot, ");
    }

    byte[] good = snapshot("flights", 1);
    snapshots.pipeInput("flights", good);
    assertThat(published.refusal()).isEmpty();
    snapshots.pipeInput("flights", misfit("inputs: 5"));

    assertThat(published.newest().orElseThrow().json()).isEqualTo(good);
    assertThat(published.refusal()).isPresent();
  }

  private byte[] misfit(String setting) throws ConfigException {
    String[] parts = setting.split(": ", -1);
    MillraceConfig other =
        LearnerFixture.config(String.format(Locale.ROOT, "model.%s=%s", parts[0], parts[1]));
    return encode("flights", InitialModel.of(other), 9);
  }

  @Test
  void shouldBeGoneWhenItIsDeleted() throws ConfigException {
    snapshots.pipeInput("flights", snapshot("flights", 1));
    snapshots.pipeInput("flights", (byte @Nullable []) null);

    assertThat(published.newest()).isEmpty();
  }

  private byte[] snapshot(String model, long second) throws ConfigException {
    return encode(model, InitialModel.of(config), second);
  }

  private static byte[] encode(String name, Model model, long second) {
    return SnapshotCodec.encode(
        Snapshot.of(
            name, model, Optional.empty(), "log", KernelKind.EJML, Instant.ofEpochSecond(second)));
  }
}
