package io.millrace.codec.published;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.FormatException;
import io.millrace.codec.event.Doubles;
import io.millrace.learn.BatchCost;
import io.millrace.learn.BatchMetrics;
import io.millrace.learn.LogPosition;
import io.millrace.learn.quality.Prequential;
import io.millrace.learn.quality.Quality;
import io.millrace.learn.quality.ServedQuality;
import io.millrace.testing.Golden;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostCodecTest {
  private static final LogPosition SOURCE = new LogPosition("mini-batches", 0, 811);

  /** The example of the contract. */
  private static final BatchCost COST =
      new BatchCost(
          "flights",
          new BatchMetrics(
              812, 64, 51_968, 0.4831, OptionalDouble.of(0.81), 0.12, 0.1, 811, Optional.empty()),
          SOURCE,
          Instant.parse("2026-11-23T15:25:42.007Z"));

  /** As of the evaluation, which the first records did not have. */
  private static final BatchCost EVALUATED =
      with(
          new BatchMetrics(
              812,
              64,
              51_968,
              0.4831,
              OptionalDouble.of(0.81),
              0.12,
              0.1,
              811,
              Optional.of(
                  new Prequential(
                      quality(1_000, 0.51, 0.76, OptionalDouble.of(0.7125), 0.5774, 0.736, 0.62),
                      quality(51_968, 0.53, 0.75, OptionalDouble.empty(), 0.58, 0.73, Double.NaN),
                      true,
                      3))));

  @Test
  void shouldWriteAndReadWhatWasServed() {
    BatchCost cost =
        with(
            new BatchMetrics(
                812,
                64,
                51_968,
                0.4831,
                OptionalDouble.of(0.81),
                0.12,
                0.1,
                811,
                Optional.empty(),
                Optional.of(new ServedQuality(60, 0.5, OptionalDouble.of(0.75), 640, 800))));
    byte[] json = CostCodec.encode(cost);
    assertThat(new String(json, UTF_8))
        .contains(
            "\"served\":{\"examples\":60,\"cost\":0.5,\"accuracy\":0.75,"
                + "\"oldestVersion\":640,\"newestVersion\":800}");
    assertThat(CostCodec.decode(json)).isEqualTo(cost);
  }

  /** Of a classifier with one output; NaN for what there is not. */
  private static Quality quality(
      long examples,
      double cost,
      double accuracy,
      OptionalDouble auc,
      double baselineCost,
      double baselineAccuracy,
      double noChangeAccuracy) {
    return new Quality(
        examples,
        cost,
        OptionalDouble.of(accuracy),
        auc,
        OptionalDouble.of(cost),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        reference(OptionalDouble.of(baselineCost), OptionalDouble.of(baselineAccuracy)),
        Double.isNaN(noChangeAccuracy)
            ? Quality.Reference.NONE
            : reference(OptionalDouble.empty(), OptionalDouble.of(noChangeAccuracy)));
  }

  private static Quality.Reference reference(OptionalDouble cost, OptionalDouble accuracy) {
    return new Quality.Reference(cost, accuracy, OptionalDouble.empty(), OptionalDouble.empty());
  }

  @Test
  void shouldWriteTheEvaluatedRecordByteForByte() {
    assertThat(CostCodec.encode(EVALUATED)).asString(UTF_8).isEqualTo(Golden.text("cost-2.json"));
  }

  @Test
  void shouldReadTheEvaluatedRecord() {
    assertThat(CostCodec.decode(Golden.text("cost-2.json").getBytes(UTF_8))).isEqualTo(EVALUATED);
  }

  @Test
  void shouldWriteTheContractsRecordByteForByte() {
    assertThat(CostCodec.encode(COST)).asString(UTF_8).isEqualTo(Golden.text("cost.json"));
  }

  @Test
  void shouldReadTheContractsRecord() {
    assertThat(CostCodec.decode(Golden.text("cost.json").getBytes(UTF_8))).isEqualTo(COST);
  }

  @Test
  void shouldLeaveTheAccuracyOutForRegression() {
    BatchCost cost =
        with(new BatchMetrics(1, 2, 2, 3.5, OptionalDouble.empty(), 4, 0.1, 0, Optional.empty()));

    byte[] json = CostCodec.encode(cost);

    assertThat(json)
        .asString(UTF_8)
        .isEqualTo(
            """
            {"model":"flights","batch":1,"examples":2,"totalExamples":2,"cost":3.5,\
            "gradientNorm":4.0,"learningRate":0.1,"modelVersion":0,\
            "source":{"topic":"mini-batches","partition":0,"offset":811},\
            "timestamp":"2026-11-23T15:25:42.007Z"}""");
    assertThat(CostCodec.decode(json)).isEqualTo(cost);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-23T15:25:42Z, 2026-11-23T15:25:42.000Z",
    "2026-11-23T15:25:42.1Z, 2026-11-23T15:25:42.100Z",
    "1970-01-01T00:00:00Z, 1970-01-01T00:00:00.000Z",
    "2026-12-31T23:59:59.999999999Z, 2026-12-31T23:59:59.999Z",
    "2028-02-29T00:00:00Z, 2028-02-29T00:00:00.000Z"
  })
  void shouldWriteTheTimeWithMillisecondsAlways(Instant time, String written) {
    BatchCost cost = new BatchCost("flights", COST.metrics(), SOURCE, time);

    assertThat(CostCodec.encode(cost))
        .asString(UTF_8)
        .endsWith(",\"timestamp\":\"%s\"}".formatted(written));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldReadBackTheSameBits(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      BatchCost cost =
          with(
              new BatchMetrics(
                  random.nextLong(),
                  random.nextInt(),
                  random.nextLong(),
                  Doubles.anyFinite(random),
                  OptionalDouble.of(Doubles.anyFinite(random)),
                  Doubles.anyFinite(random),
                  Doubles.subnormal(random),
                  random.nextLong(),
                  random.nextBoolean() ? Optional.empty() : Optional.of(prequential(random))));

      assertThat(CostCodec.decode(CostCodec.encode(cost))).as("seed %d", seed).isEqualTo(cost);
    }
  }

  @Test
  void shouldKeepNamesThatNeedEscaping() {
    BatchCost cost =
        new BatchCost("a\"b\\c\n\u20ac\ud83d\ude00", COST.metrics(), SOURCE, COST.timestamp());

    assertThat(CostCodec.decode(CostCodec.encode(cost))).isEqualTo(cost);
  }

  @Test
  void shouldIgnoreFieldsThatALaterVersionAdds() {
    String json = Golden.text("cost.json").replace("{\"model\"", "{\"later\":[{}],\"model\"");

    assertThat(CostCodec.decode(json.getBytes(UTF_8))).isEqualTo(COST);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"model\":\"flights\"|\"model\":5|model: expected a text, got 5",
        "\"batch\":812|\"batch\":\"812\"|batch: expected a whole number below 2^63, got \"812\"",
        "\"batch\":812|\"batch\":1.5|batch: expected a whole number below 2^63, got 1.5",
        "\"batch\":812|\"x\":812|batch: expected a whole number below 2^63, got nothing",
        "\"examples\":64|\"examples\":3000000000|examples: expected a whole number below 2^31, got 3000000000",
        "\"cost\":0.4831|\"cost\":\"NaN\"|cost: expected a finite number, got \"NaN\"",
        "\"cost\":0.4831|\"cost\":null|cost: expected a finite number, got null",
        "\"accuracy\":0.81|\"accuracy\":true|accuracy: expected a finite number, got true",
        "\"gradientNorm\":0.12|\"gradientNorm\":1e999|gradientNorm: expected a finite number",
        "\"source\":{|\"x\":{|source: expected an object, got nothing",
        "\"topic\":\"mini-batches\"|\"x\":1|topic: expected a text, got nothing",
        "\"partition\":0|\"partition\":[]|partition: expected a whole number below 2^31, got []",
        "2026-11-23T15:25:42.007Z|yesterday|timestamp: expected an ISO-8601 time in UTC, got \"yesterday\"",
        "42.007Z\"}|42.007Z\"} {}|Broken JSON",
        "\"}|\"|Broken JSON at line 1, column 255: it ends too early",
        "\"batch\":812|\"batch\":1,\"batch\":812|Broken JSON at line 1, column 37: the field 'batch' occurs twice",
      })
  void shouldSayWhatItExpectedAndWhatItFound(String part, String changed, String words) {
    String json = Golden.text("cost.json").replace(part, changed);

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> CostCodec.decode(json.getBytes(UTF_8)))
        .withMessageStartingWith("Not a cost record: " + words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"window\":{|\"window\":5,\"x\":{|window: expected an object, got 5",
        "\"sinceStart\":{|\"x\":{|sinceStart: expected an object, got nothing",
        "\"examples\":1000|\"examples\":1.5|examples: expected a whole number below 2^63, got 1.5",
        "\"cost\":0.51,|\"cost\":null,|cost: expected a finite number, got null",
        "\"auc\":0.7125|\"auc\":\"x\"|auc: expected a finite number, got \"x\"",
        "\"noChange\":{}|\"noChange\":[]|noChange: expected an object, got []",
        "\"drift\":true|\"drift\":1|drift: expected true or false, got 1",
        "\"drifts\":3|\"drifts\":{}|drifts: expected a whole number below 2^63, got {}",
      })
  void shouldSayWhatItExpectedOfTheEvaluation(String part, String changed, String words) {
    String json = Golden.text("cost-2.json").replace(part, changed);

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> CostCodec.decode(json.getBytes(UTF_8)))
        .withMessage("Not a cost record: " + words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"``|nothing", "[1]|[1]", "5|5", "null|null", "\"x\"|\"x\""})
  void shouldRefuseWhatIsNoObject(String json, String found) {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> CostCodec.decode(json.getBytes(UTF_8)))
        .withMessage("Not a cost record: Expected a JSON object, got " + found);
  }

  private static Prequential prequential(Random random) {
    return new Prequential(
        quality(random), quality(random), random.nextBoolean(), random.nextLong());
  }

  private static Quality quality(Random random) {
    return new Quality(
        random.nextLong(),
        Doubles.anyFinite(random),
        perhaps(random),
        perhaps(random),
        perhaps(random),
        perhaps(random),
        perhaps(random),
        new Quality.Reference(perhaps(random), perhaps(random), perhaps(random), perhaps(random)),
        new Quality.Reference(perhaps(random), perhaps(random), perhaps(random), perhaps(random)));
  }

  private static OptionalDouble perhaps(Random random) {
    return random.nextBoolean()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Doubles.anyFinite(random));
  }

  private static BatchCost with(BatchMetrics metrics) {
    return new BatchCost("flights", metrics, SOURCE, COST.timestamp());
  }
}
