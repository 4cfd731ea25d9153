package io.millrace.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DMatrixSparseCSC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MiniBatchTest {
  private final MiniBatch batch = new MiniBatch(3, 2, 4);

  @Test
  void shouldBeEmptyAtFirst() {
    assertThat(batch.isEmpty()).isTrue();
    assertThat(batch.isFull()).isFalse();
    assertThat(batch.size()).isZero();
    assertThat(batch.capacity()).isEqualTo(4);
    assertThat(batch.partition()).isEqualTo(-1);
    assertThat(batch.describeOffsets()).isEmpty();
    assertThat(batch.xt().numRows).isZero();
    assertThat(batch.yt().numRows).isZero();
  }

  /** Column j of X is row j of X', and both are numbers j * n0 to (j + 1) * n0 of the memory. */
  @Test
  void shouldStackExamplesAsTheColumnsOfXAndY() {
    append(7, 100, new double[] {1, 2, 3}, new double[] {10, 20});
    append(7, 101, new double[] {4, 5, 6}, new double[] {40, 50});

    DMatrixRMaj xt = batch.xt();
    assertThat(new int[] {xt.numRows, xt.numCols}).containsExactly(2, 3);
    assertThat(new double[] {xt.get(1, 0), xt.get(1, 1), xt.get(1, 2)}).containsExactly(4, 5, 6);
    assertThat(xt.data).startsWith(1, 2, 3, 4, 5, 6);
    DMatrixRMaj yt = batch.yt();
    assertThat(new int[] {yt.numRows, yt.numCols}).containsExactly(2, 2);
    assertThat(new double[] {yt.get(0, 1), yt.get(1, 0)}).containsExactly(20, 40);
    assertThat(yt.data).startsWith(10, 20, 40, 50);
    assertThat(batch.partition()).isEqualTo(7);
    assertThat(batch.offset(1)).isEqualTo(101);
  }

  @Test
  void shouldKeepItsMemoryWhenItIsCleared() {
    double[] x = batch.xt().data;
    double[] y = batch.yt().data;
    fill(0, 1, 2, 3, 4);
    assertThat(batch.isFull()).isTrue();

    batch.clear();

    assertThat(batch.isEmpty()).isTrue();
    assertThat(batch.partition()).isEqualTo(-1);
    assertThat(batch.describeOffsets()).isEmpty();
    fill(5, 0); // another partition, a smaller offset: nothing is left of the past
    assertThat(batch.size()).isEqualTo(1);
    assertThat(batch.xt().data).isSameAs(x);
    assertThat(batch.yt().data).isSameAs(y);
  }

  @Test
  void shouldRefuseAnExampleTooMany() {
    fill(0, 1, 2, 3, 4);

    assertThatIllegalStateException()
        .isThrownBy(() -> batch.append(0, 5))
        .withMessage("The mini-batch is full: 4 examples");
    assertThat(batch.size()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "0, 4", "1, 6", "1, 0"})
  void shouldRefuseAnExampleThatDoesNotFollowTheOneBeforeIt(int partition, long offset) {
    fill(0, 3, 5);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> batch.append(partition, offset))
        .withMessageContaining("partition %d offset %d after", partition, offset)
        .withMessageEndingWith("after partition 0 offset 5");
    assertThat(batch.describeOffsets()).isEqualTo("3, 5");
    assertThat(batch.partition()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"7|7", "7 8|7-8", "7 9 10 11|7, 9-11", "0 1 3 4|0-1, 3-4", "1 3 5 7|1, 3, 5, 7"})
  void shouldDescribeOffsetsAsRanges(String offsets, String described) {
    fill(0, longs(offsets));

    assertThat(batch.describeOffsets()).isEqualTo(described);
    assertThat(batch.toString())
        .contains("m=" + batch.size(), "nd=3", "ns=0", "n2=2", "partition=0");
  }

  @ParameterizedTest
  @CsvSource({"-1", "2", "3"})
  void shouldKnowTheOffsetsOfItsOwnColumnsOnly(int column) {
    fill(0, 8, 9);

    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> batch.offset(column))
        .withMessage("Column %d of 2", column);
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "1, 0, 1", "1, 1, 0"})
  void shouldRefuseSizesBelowOne(int inputs, int outputs, int capacity) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MiniBatch(inputs, outputs, capacity))
        .withMessageEndingWith("Got: %d, %d, %d", inputs, outputs, capacity);
  }

  @ParameterizedTest
  @CsvSource({"-1, 1", "1, -1"})
  void shouldRefuseANegativeNumberOfInputs(int inputs, int sparseInputs) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MiniBatch(inputs, sparseInputs, 1, 1))
        .withMessageEndingWith("Got: %d, %d sparse", inputs, sparseInputs);
  }

  @Test
  void shouldKeepSparseInputsAscendingEachOnceAndWithoutZeros() {
    MiniBatch sparse = new MiniBatch(0, 1 << 30, 1, 3);
    add(sparse, new int[] {1 << 29, 3, 7, 3, 7, 5}, new double[] {1, 2, -1, 0.5, 1, 0});
    sparse.append(0, 1);
    sparse.append(0, 2); // all of its inputs are 0
    add(sparse, new int[] {0, 4}, new double[] {-1, 1});
    sparse.append(0, 3);

    DMatrixSparseCSC xs = sparse.xs();
    assertThat(new int[] {xs.numRows, xs.numCols, xs.nz_length}).containsExactly(1 << 30, 3, 4);
    assertThat(xs.col_idx).startsWith(0, 2, 2, 4);
    assertThat(xs.nz_rows).startsWith(3, 1 << 29, 0, 4);
    assertThat(xs.nz_values).startsWith(2.5, 1, -1, 1);
    assertThat(new int[] {sparse.xt().numRows, sparse.xt().numCols}).containsExactly(3, 0);
  }

  /** Values that are added in another order can have another sum. */
  @Test
  void shouldAddUpValuesOfOneInputInTheOrderInWhichTheyCame() {
    MiniBatch sparse = new MiniBatch(1, 2, 1, 1);
    add(sparse, new int[] {1, 0, 1, 1}, new double[] {1e16, 1, 1, -1e16});
    sparse.append(0, 1);

    assertThat(sparse.xs().nz_length).isEqualTo(1);
    assertThat(sparse.xs().nz_rows[0]).isZero();
  }

  @Test
  void shouldForgetTheSparseInputsOfAnExampleThatIsNotKept() {
    MiniBatch sparse = new MiniBatch(1, 9, 1, 2);
    add(sparse, new int[] {8, 3}, new double[] {1, 1}); // rejected
    add(sparse, new int[] {2}, new double[] {4});
    sparse.append(0, 1);
    add(sparse, new int[] {1}, new double[] {1}); // rejected
    sparse.clear();
    sparse.beginSparse();
    sparse.append(0, 0);
    add(sparse, new int[] {6}, new double[] {5});
    sparse.append(0, 1);

    DMatrixSparseCSC xs = sparse.xs();
    assertThat(xs.numCols).isEqualTo(2);
    assertThat(xs.col_idx).startsWith(0, 0, 1);
    assertThat(xs.nz_rows[0]).isEqualTo(6);
    assertThat(xs.nz_values[0]).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({"-1", "9"})
  void shouldRefuseASparseInputThatThereIsNot(int row) {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> new MiniBatch(1, 9, 1, 2).addSparse(row, 1))
        .withMessage("Row %d of 9 sparse inputs", row);
  }

  private static void add(MiniBatch batch, int[] rows, double[] values) {
    batch.beginSparse();
    for (int i = 0; i < rows.length; i++) {
      batch.addSparse(rows[i], values[i]);
    }
  }

  private static long[] longs(String text) {
    return Arrays.stream(text.split(" ", -1)).mapToLong(Long::parseLong).toArray();
  }

  private void fill(int partition, long... offsets) {
    for (long offset : offsets) {
      append(partition, offset, new double[] {offset, offset, offset}, new double[] {1, 0});
    }
  }

  private void append(int partition, long offset, double[] x, double[] y) {
    System.arraycopy(x, 0, batch.xt().data, batch.size() * 3, 3);
    System.arraycopy(y, 0, batch.yt().data, batch.size() * 2, 2);
    batch.append(partition, offset);
  }
}
