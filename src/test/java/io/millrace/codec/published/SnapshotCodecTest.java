package io.millrace.codec.published;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.FormatException;
import io.millrace.codec.event.Doubles;
import io.millrace.learn.LogPosition;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import io.millrace.testing.Golden;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotCodecTest {
  private static final Architecture SHAPE =
      new Architecture(3, 2, 1, Activation.TANH, Output.SIGMOID);
  private static final Instant TIME = Instant.parse("2026-11-23T15:25:42.007Z");
  private static final Snapshot SNAPSHOT =
      new Snapshot(
          "flights",
          812,
          51_968,
          SHAPE,
          Parameters.of(
              new double[][] {{0.1, -2, 3e-300}, {Double.MIN_VALUE, 0, 0.30000000000000004}},
              new double[] {1, -0.0},
              new double[][] {{1.5e300, -7}},
              new double[] {0.25}),
          Optional.empty(),
          Optional.of(new LogPosition("mini-batches", 0, 811)),
          Optional.empty(),
          TIME);

  @Test
  void shouldWriteTheContractsRecordByteForByte() {
    assertThat(SnapshotCodec.encode(SNAPSHOT))
        .asString(UTF_8)
        .isEqualTo(Golden.text("snapshot-1.json"));
  }

  @Test
  void shouldReadWhatEarlierVersionsWrote() {
    assertSame(SnapshotCodec.decode(Golden.text("snapshot-1.json").getBytes(UTF_8)), SNAPSHOT);
  }

  @Test
  void shouldLeaveOutLearnedThroughBeforeTheFirstUpdate() {
    Snapshot fresh =
        new Snapshot(
            "flights",
            0,
            0,
            SHAPE,
            SNAPSHOT.parameters(),
            Optional.empty(),
            Optional.empty(),
            Optional.of("ejml"),
            Instant.EPOCH);

    byte[] json = SnapshotCodec.encode(fresh);

    assertThat(json)
        .asString(UTF_8)
        .contains("\"version\":0,\"examples\":0,")
        .doesNotContain("learnedThrough")
        .endsWith("\"b2\":[0.25],\"kernel\":\"ejml\",\"timestamp\":\"1970-01-01T00:00:00.000Z\"}");
    assertSame(SnapshotCodec.decode(json), fresh);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldReadBackTheSameBitsForEveryShapeAndFunction(long seed) {
    Random random = new Random(seed);
    for (Activation activation : Activation.values()) {
      for (Output output : Output.values()) {
        Architecture shape =
            new Architecture(
                1 + random.nextInt(9),
                1 + random.nextInt(9),
                2 + random.nextInt(3),
                activation,
                output);
        Snapshot snapshot =
            new Snapshot(
                "m\"\u20ac",
                random.nextLong(),
                random.nextLong(),
                shape,
                parameters(shape, random),
                Optional.empty(),
                Optional.of(new LogPosition("t", random.nextInt(), random.nextLong())),
                Optional.of("vector"),
                TIME);

        assertSame(SnapshotCodec.decode(SnapshotCodec.encode(snapshot)), snapshot);
      }
    }
  }

  @Test
  void shouldNeverExceedItsLargestSize() {
    // no double is longer than 24 characters: sign, 17 digits, point, E-308
    double[] longest = {-Double.MIN_NORMAL};
    assertThat(Arrays.stream(longest).mapToObj(Double::toString)).allMatch(n -> n.length() == 24);
    for (int[] sizes : new int[][] {{1, 1, 1}, {1, 500, 1}, {1, 1, 500}, {300, 40, 7}}) {
      Architecture shape =
          new Architecture(sizes[0], sizes[1], sizes[2], Activation.LEAKY_RELU, Output.IDENTITY);
      Parameters parameters = Parameters.zeros(shape);
      for (DMatrixRMaj matrix : parameters.matrices()) {
        Arrays.setAll(matrix.data, i -> longest[i % longest.length]);
      }
      String name = "\u0001".repeat(5_000);
      Snapshot snapshot =
          new Snapshot(
              name,
              Long.MIN_VALUE,
              Long.MIN_VALUE,
              shape,
              parameters,
              Optional.empty(),
              Optional.of(new LogPosition("t".repeat(249), Integer.MIN_VALUE, Long.MIN_VALUE)),
              Optional.of("vector"),
              TIME);

      assertThat((long) SnapshotCodec.encode(snapshot).length)
          .isLessThanOrEqualTo(SnapshotCodec.maxEncodedSize(name, shape, false));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldNeverExceedItsLargestSizeWithSeededParameters(long seed) {
    Random random = new Random(seed);
    Architecture shape = new Architecture(20, 30, 4, Activation.TANH, Output.SOFTMAX);
    Snapshot snapshot =
        new Snapshot(
            "",
            0,
            0,
            shape,
            parameters(shape, random),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            TIME);

    assertThat((long) SnapshotCodec.encode(snapshot).length)
        .isLessThanOrEqualTo(SnapshotCodec.maxEncodedSize("", shape, false));
  }

  @Test
  void shouldCountTheLargestShapeWithoutOverflow() {
    int most = Integer.MAX_VALUE;
    Architecture shape = new Architecture(1, most, 1, Activation.TANH, Output.SIGMOID);

    assertThat(SnapshotCodec.maxEncodedSize("", shape, false)).isGreaterThan(3 * 25L * most);
  }

  @Test
  void shouldTellASnapshotFromParametersAlone() {
    String parameters = "{\"W1\":[[1,2]],\"b1\":[3],\"W2\":[[4]],\"b2\":[5],\"note\":\"by hand\"}";

    assertThat(SnapshotCodec.isSnapshot(SnapshotCodec.encode(SNAPSHOT))).isTrue();
    assertThat(SnapshotCodec.isSnapshot(parameters.getBytes(UTF_8))).isFalse();

    Parameters read = SnapshotCodec.decodeParameters(parameters.getBytes(UTF_8), 0);
    assertThat(read.w1()).isDeepEqualTo(new double[][] {{1, 2}});
    assertThat(read.b1Array()).containsExactly(3);
    assertThat(read.w2()).isDeepEqualTo(new double[][] {{4}});
    assertThat(read.b2Array()).containsExactly(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "snapshot/1|snapshot/2|format: expected millrace-snapshot/1, got \"millrace-snapshot/2\"",
        "\"format\"|\"x\"|format: expected millrace-snapshot/1, got nothing",
        "\"model\":\"flights\"|\"model\":null|model: expected a text, got null",
        "\"version\":812|\"version\":8.5|version: expected a whole number below 2^63, got 8.5",
        "\"examples\":51968|\"examples\":1e99|examples: expected a whole number below 2^63, got 1.0E99",
        "\"inputs\":3|\"inputs\":\"3\"|inputs: expected a whole number below 2^31, got \"3\"",
        "\"inputs\":3|\"inputs\":0|inputs must be at least 1. Got: 0",
        "\"inputs\":3|\"inputs\":4|Expected parameters of 4 inputs, 2 hidden, 1 outputs, found 3, 2, 1",
        "\"tanh\"|\"tan\"|activation: expected tanh, sigmoid, relu or leaky-relu, got \"tan\"",
        "\"sigmoid\"|7|output: expected a text, got 7",
        "\"W1\":[|\"W1\":5,\"x\":[|W1: expected an array, got 5",
        "\"W1\":[|\"x\":[|W1: expected an array, got nothing",
        "[0.1,-2.0,|[0.1,|W1, row 1: expected 2 numbers, found 3",
        "[0.1,-2.0,|[0.1,null,|W1[0][1]: expected a finite number, got null",
        "[0.1,-2.0,|[0.1,\"NaN\",|W1[0][1]: expected a finite number, got \"NaN\"",
        "[0.1,-2.0,|[0.1,-2e308,|W1[0][1]: expected a finite number, got ",
        "[[0.1,|[7,[0.1,|W1[0]: expected an array, got 7",
        "\"b1\":[1.0,|\"b1\":[|b1: expected 2 numbers, found 1",
        "\"W2\":[[1.5E300,-7.0]]|\"W2\":[]|rows of W2: expected at least 1, found 0",
        "\"b2\":[0.25]|\"b2\":[0.25,1]|b2: expected 1 numbers, found 2",
        "\"learnedThrough\":{|\"learnedThrough\":null,\"x\":{|learnedThrough: expected an object, got null",
        "\"offset\":811|\"offset\":\"811\"|offset: expected a whole number below 2^63, got \"811\"",
        "42.007Z|42.007|timestamp: expected an ISO-8601 time in UTC, got \"2026-11-23T15:25:42.007\"",
        "007Z\"}|007Z\"}}|Broken JSON",
        "\"version\":812|\"version\":1,\"version\":812|Broken JSON at line 1, column 72: the field 'version' occurs twice",
      })
  void shouldSayWhatItExpectedAndWhatItFound(String part, String changed, String words) {
    String json = Golden.text("snapshot-1.json").replace(part, changed);

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> SnapshotCodec.decode(json.getBytes(UTF_8)))
        .withMessageStartingWith("Not a snapshot: " + words);
  }

  @Test
  void shouldSayWhatIsWrongWithParametersAlone() {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(
            () -> SnapshotCodec.decodeParameters("{\"W1\":[[1]],\"b1\":[1]}".getBytes(UTF_8), 0))
        .withMessage("Not the parameters of a model: W2: expected an array, got nothing");
  }

  private static Snapshot sparse() {
    return new Snapshot(
        "flights",
        812,
        51_968,
        new Architecture(1, 262_144, 2, 1, Activation.TANH, Output.SIGMOID),
        Parameters.of(
            new double[][] {{0.1}, {0.2}},
            new double[] {1, 2},
            new double[][] {{3, 4}},
            new double[] {5},
            262_144,
            new int[] {17, 3, 262_143},
            new double[][] {{1.5, -2}, {0, 1e-300}, {7, 8}}),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        TIME);
  }

  @Test
  void shouldWriteTheRowsOfSparseInputsThatExistAscending() {
    byte[] bytes = SnapshotCodec.encode(sparse());

    assertThat(bytes)
        .asString(UTF_8)
        .contains("\"inputs\":1,", "\"W1\":[[0.1],[0.2]],")
        .contains(
            "\"b2\":[5.0],\"sparse\":{\"inputs\":262144,\"rows\":[3,17,262143],"
                + "\"W1\":[[0.0,1.0E-300],[1.5,-2.0],[7.0,8.0]]},");
    Snapshot read = SnapshotCodec.decode(bytes);
    assertThat(read.architecture()).isEqualTo(sparse().architecture());
    assertThat(SnapshotCodec.encode(read)).isEqualTo(bytes);
    assertThat(SnapshotCodec.differences(SnapshotCodec.encode(SNAPSHOT), bytes)).contains("sparse");
    assertThat((long) bytes.length)
        .isLessThan(SnapshotCodec.maxEncodedSize("flights", read.architecture(), false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "262144|0|sparse.inputs: expected 1 to 1073741824, got 0",
        "262144|262143|sparse rows: expected different ones from 0 to below 262143, found 262143",
        "[3,|[17,|sparse rows: expected different ones from 0 to below 262144, found 17",
        "[3,|[-1,|sparse rows: expected different ones from 0 to below 262144, found -1",
        "[3,|[2.5,|sparse.rows[0]: expected a whole number, got 2.5",
        "[3,|[|sparse rows of W1: expected 2, found 3",
        "[7.0,8.0]|[7.0]|sparse W1, row 2: expected 2 numbers, found 1",
        "{'inputs':|5,'x':{'inputs':|sparse: expected an object, got 5",
      })
  void shouldSayWhatIsWrongWithSparseRows(String part, String changed, String words) {
    String json = new String(SnapshotCodec.encode(sparse()), UTF_8);
    int from = json.indexOf("\"sparse\":");
    String fault =
        json.substring(0, from)
            + json.substring(from).replace(part.replace('\'', '"'), changed.replace('\'', '"'));

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> SnapshotCodec.decode(fault.getBytes(UTF_8)))
        .withMessage("Not a snapshot: " + words);
  }

  /** A start need not have rows: they come. */
  @Test
  void shouldReadParametersWithoutRowsOfSparseInputs() {
    String json = "{\"W1\":[[],[]],\"b1\":[3,4],\"W2\":[[4,1]],\"b2\":[5]}";

    Parameters read = SnapshotCodec.decodeParameters(json.getBytes(UTF_8), 40);

    assertThat(read.inputs()).isZero();
    assertThat(read.sparse().inputs()).isEqualTo(40);
    assertThat(read.sparse().count()).isZero();
  }

  private static Parameters parameters(Architecture shape, Random random) {
    Parameters parameters = Parameters.zeros(shape);
    for (DMatrixRMaj matrix : parameters.matrices()) {
      Arrays.setAll(
          matrix.data,
          i -> random.nextInt(4) == 0 ? Doubles.subnormal(random) : Doubles.anyFinite(random));
    }
    return parameters;
  }

  private static void assertSame(Snapshot actual, Snapshot expected) {
    assertThat(actual).usingRecursiveComparison().ignoringFields("parameters").isEqualTo(expected);
    for (int i = 0; i < expected.parameters().matrices().size(); i++) {
      DMatrixRMaj matrix = actual.parameters().matrices().get(i);
      DMatrixRMaj other = expected.parameters().matrices().get(i);
      assertThat(matrix.numRows).isEqualTo(other.numRows);
      assertThat(matrix.numCols).isEqualTo(other.numCols);
      // Double.equals: the same bits, the sign of zero included
      assertThat(matrix.data).containsExactly(other.data);
    }
  }
}
