package io.millrace.codec.published;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.FormatException;
import io.millrace.learn.LogPosition;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import io.millrace.nn.Scaler;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scaler of a snapshot. */
class SnapshotScalerTest {
  private static final double LONGEST = -1.2345678901234567e-100;

  private static Snapshot snapshot(int inputs, Optional<Scaler> scaler) {
    Architecture shape = new Architecture(inputs, 2, 1, Activation.TANH, Output.SIGMOID);
    Parameters parameters = Parameters.zeros(shape);
    parameters.matrices().forEach(matrix -> matrix.fill(LONGEST));
    return new Snapshot(
        "m",
        812,
        100,
        shape,
        parameters,
        scaler,
        Optional.of(new LogPosition("mini-batches", 0, 811)),
        Optional.of("vector"),
        Instant.EPOCH);
  }

  private static Scaler scaler() {
    return Scaler.of(100, new double[] {0.1, -1e-7}, new double[] {4, 1e200});
  }

  @Test
  void shouldWriteCountMeanAndVariance() {
    String json = new String(SnapshotCodec.encode(snapshot(2, Optional.of(scaler()))), UTF_8);

    assertThat(json)
        .contains(
            "\"scaler\":{\"count\":100,\"mean\":[0.1,-1.0E-7],\"variance\":[4.0,1.0E200]},"
                + "\"learnedThrough\":");
  }

  @Test
  void shouldDifferWithAndWithout() {
    byte[] scaled = SnapshotCodec.encode(snapshot(2, Optional.of(scaler())));
    byte[] plain = SnapshotCodec.encode(snapshot(2, Optional.empty()));

    assertThat(SnapshotCodec.differences(scaled, plain)).containsExactly("scaler");
    assertThat(SnapshotCodec.differences(plain, scaled)).containsExactly("scaler");
    assertThat(SnapshotCodec.differences(plain, plain)).isEmpty();
  }

  @Test
  void shouldReadWhatItWrote() {
    Snapshot read = SnapshotCodec.decode(SnapshotCodec.encode(snapshot(2, Optional.of(scaler()))));

    Scaler found = read.scaler().orElseThrow();
    assertThat(found.count()).isEqualTo(100);
    assertThat(found.mean()).containsExactly(0.1, -1e-7);
    assertThat(found.variance()).containsExactly(4, 1e200);
  }

  @Test
  void shouldHaveNoScalerWithoutScaling() {
    byte[] json = SnapshotCodec.encode(snapshot(2, Optional.empty()));

    assertThat(new String(json, UTF_8)).doesNotContain("scaler");
    assertThat(SnapshotCodec.decode(json).scaler()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "count":100    | "count":1.5       | scaler.count: expected a whole number, got 1.5
          "count":100    | "count":-1        | scaler: expected a count that is not negative and as many means as numbers of the variance, found -1, 2, 2
          [0.1,-1.0E-7]  | [0.1]             | scaler: expected a count that is not negative and as many means as numbers of the variance, found 100, 1, 2
          [4.0,1.0E200]  | [4.0,"a"]         | scaler.variance[1]: expected a finite number, got "a"
          [4.0,1.0E200]  | [4.0,-1]          | scaler: expected a finite mean and a finite variance of at least 0, found -1.0E-7 and -1.0 at index 1
          [4.0,1.0E200]  | [4.0,1e999]       | scaler.variance[1]: expected a finite number, got "Infinity"
          "variance"     | "deviation"       | No value for property 'variance'
          """)
  void shouldRefuseAScalerThatCannotBe(String part, String wrong, String message) {
    String json = new String(SnapshotCodec.encode(snapshot(2, Optional.of(scaler()))), UTF_8);
    assertThat(json).contains(part);

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> SnapshotCodec.decode(json.replace(part, wrong).getBytes(UTF_8)))
        .withMessageContaining(message);
  }

  @Test
  void shouldRefuseAScalerOfOtherInputs() {
    byte[] json = SnapshotCodec.encode(snapshot(3, Optional.of(scaler())));

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> SnapshotCodec.decode(json))
        .withMessageContaining("Expected a scaler of 3 inputs, found 2");
  }

  @Test
  void shouldBeCountedInTheLargestSize() {
    int inputs = 1000;
    double[] means = new double[inputs];
    Arrays.fill(means, LONGEST);
    double[] variances = new double[inputs];
    Arrays.fill(variances, -LONGEST);
    Snapshot longest = snapshot(inputs, Optional.of(Scaler.of(100, means, variances)));

    assertThat(SnapshotCodec.encode(longest).length)
        .isLessThan(
            (int) SnapshotCodec.maxEncodedSize(longest.model(), longest.architecture(), true))
        .isGreaterThan(
            (int) SnapshotCodec.maxEncodedSize(longest.model(), longest.architecture(), false));
  }
}
