package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.config.MillraceConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Numbers that would ruin the model, through the whole topology: what is published stays finite.
 */
@NullUnmarked // what is absent fails the test
class DivergenceTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  /** What one life published. */
  private record Published(
      List<TestRecord<byte[], byte[]>> log,
      List<TestRecord<byte[], byte[]>> costs,
      List<TestRecord<byte[], byte[]>> snapshots,
      List<TestRecord<byte[], byte[]>> dead) {}

  private Published learn(List<String> examples, String... overrides) throws Exception {
    MillraceConfig config = LearnerFixture.config(overrides);
    var settings = StreamsSettings.of(config);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve("s" + examples.hashCode()) + "");
    var topology = LearnerFixture.topology(config);
    try (TopologyTestDriver driver = new TopologyTestDriver(topology, settings)) {
      TestInputTopic<byte[], byte[]> in =
          driver.createInputTopic("in", new ByteArraySerializer(), new ByteArraySerializer());
      examples.forEach(example -> in.pipeInput(example.getBytes(UTF_8)));
      return new Published(
          read(driver, "log"), read(driver, "costs"), read(driver, "models"), read(driver, "dead"));
    }
  }

  private static List<TestRecord<byte[], byte[]>> read(TopologyTestDriver driver, String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  private static String good(SplittableRandom random) {
    double x = random.nextDouble(-1, 1);
    double y = random.nextDouble(-1, 1);
    return "{\"features\":[%s,%s],\"label\":%s}".formatted(x, y, x > y ? 1 : 0);
  }

  /** Every third mini-batch of three examples has one that makes a number overflow. */
  @ParameterizedTest
  @ValueSource(strings = {"sgd", "momentum", "adagrad", "adam"})
  void shouldLearnTheOthersAsIfTheDivergedHadNotBeen(String optimizer) throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    List<String> all = new ArrayList<>();
    List<String> good = new ArrayList<>();
    for (int batch = 0; batch < 60; batch++) {
      for (int i = 0; i < 3; i++) {
        String example = good(random);
        boolean isBad = batch % 3 == 1;
        all.add(isBad && i == 1 ? "{\"features\":[1e99,-1e99],\"label\":1}" : example);
        if (!isBad) {
          good.add(example);
        }
      }
    }
    String[] settings = {
      "training.optimizer=" + optimizer,
      "model.activation=relu",
      "model.output=identity",
      "publish.snapshotEvery=1",
      "training.learningRate=0.01"
    };

    Published disturbed = learn(all, settings);
    Published alone = learn(good, settings);

    assertThat(disturbed.dead).hasSize(20);
    for (int i = 0; i < 20; i++) {
      TestRecord<byte[], byte[]> mine = disturbed.log.get(3 * i + 1);
      assertThat(disturbed.dead.get(i).key()).isEqualTo(mine.key());
      assertThat(disturbed.dead.get(i).value()).isEqualTo(mine.value());
      assertThat(disturbed.dead.get(i).headers().lastHeader("millrace.reason").value())
          .asString(UTF_8)
          .isEqualTo("diverged");
      assertThat(disturbed.dead.get(i).headers().lastHeader("millrace.detail").value())
          .asString(UTF_8)
          .contains("offsets %d-%d".formatted(9 * i + 3, 9 * i + 5))
          .contains("The largest losses: partition 0 offset %d (".formatted(9 * i + 4));
    }
    assertThat(disturbed.costs).hasSize(40);
    assertThat(lasting(disturbed.costs)).isEqualTo(lasting(alone.costs));
    assertThat(lasting(disturbed.snapshots)).isEqualTo(lasting(alone.snapshots));
  }

  /** What one record shows is not blamed on its neighbours. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "standard"})
  void shouldLoseNoNeighbourOfATooLargeNumber(String scaling) throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    List<String> all = new ArrayList<>();
    List<String> good = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      good.add(good(random));
      all.add(good.get(i));
      if (i % 7 == 3) {
        all.add("{\"features\":[0,-1.5e100],\"label\":1}");
        all.add("{\"features\":[0,1],\"label\":2e100}");
      }
    }
    String[] settings = {"training.scaling=" + scaling, "model.output=identity"};

    Published disturbed = learn(all, settings);

    assertThat(disturbed.dead).hasSize(2 * 43);
    assertThat(disturbed.dead)
        .extracting(dead -> header(dead, "millrace.reason"))
        .containsOnly("not-finite");
    assertThat(header(disturbed.dead.get(0), "millrace.detail"))
        .isEqualTo("features[1]: expected a number from -1e100 to 1e100, got -1.5e100");
    assertThat(header(disturbed.dead.get(1), "millrace.detail"))
        .isEqualTo("label: expected a number from -1e100 to 1e100, got 2e100");
    assertThat(lasting(disturbed.costs)).isEqualTo(lasting(learn(good, settings).costs));
  }

  private static String header(TestRecord<byte[], byte[]> dead, String name) {
    return new String(dead.headers().lastHeader(name).value(), UTF_8);
  }

  /** Without the times, and without the places in a log that has more in one life. */
  private static List<JsonNode> lasting(List<TestRecord<byte[], byte[]>> records)
      throws IOException {
    List<JsonNode> all = new ArrayList<>();
    for (TestRecord<byte[], byte[]> record : records) {
      ObjectNode json = (ObjectNode) JSON.readTree(record.value());
      all.add(json.without(Arrays.asList("timestamp", "source", "learnedThrough")));
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "sgd, 1e10, none", "momentum, 1e10, none", "adagrad, 1e10, none", "adam, 1e10, none",
    "sgd, 1e10, standard", "adam, 1e99, standard", "sgd, 1e99, none", "sgd, 3, none"
  })
  void shouldPublishFiniteNumbersOnlyHoweverTheModelDrifts(
      String optimizer, String rate, String scaling) throws Exception {
    SplittableRandom random = new SplittableRandom(6);
    List<String> examples = new ArrayList<>();
    for (int i = 0; i < 3 * 2_000; i++) {
      examples.add(good(random));
    }

    Published published =
        learn(
            examples,
            "training.optimizer=" + optimizer,
            "training.learningRate=" + rate,
            "training.scaling=" + scaling,
            "model.activation=relu",
            "model.output=identity",
            "publish.snapshotEvery=1");

    assertThat(published.costs).isNotEmpty();
    assertThat(published.costs.size() + published.dead.size()).isEqualTo(2_000);
    published.costs.forEach(DivergenceTest::assertFinite);
    published.snapshots.forEach(DivergenceTest::assertFinite);
    assertThat(published.snapshots).hasSameSizeAs(published.costs);
  }

  private static void assertFinite(TestRecord<byte[], byte[]> record) {
    // JSON has no other way to write what is not finite
    assertThat(new String(record.value(), UTF_8)).doesNotContain("NaN").doesNotContain("Infinity");
  }

  @Test
  void shouldDriftToOverflowInTheseTests() throws Exception {
    SplittableRandom random = new SplittableRandom(6);
    List<String> examples = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      examples.add(good(random));
    }

    Published published =
        learn(
            examples,
            "training.learningRate=1e10",
            "model.activation=leaky-relu",
            "model.output=identity");

    assertThat(published.dead).as("or the tests above show nothing").isNotEmpty();
  }
}
