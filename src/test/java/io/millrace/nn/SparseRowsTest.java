package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.ejml.data.DMatrixSparseCSC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparseRowsTest {
  private static final int HIDDEN = 3;

  /** Against a map of Java's: mini-batches are learned, or undone, while everything grows. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 300, 100_000, 1 << 20, 1 << 30})
  void shouldKnowEveryRowThatWasLearnedAndNoOther(int inputs) {
    Random random = new Random(inputs);
    SparseRows rows = new SparseRows(inputs, HIDDEN, 1);
    TouchedRows touched = new TouchedRows(HIDDEN);
    Map<Integer, double[]> expected = new HashMap<>();
    for (int batch = 0; batch < 1_000; batch++) {
      DMatrixSparseCSC xs = column(inputs, random, random.nextInt(100));
      int before = rows.count();
      rows.touch(xs, touched);
      if (random.nextInt(4) == 0) {
        touched.undo(rows);
        assertThat(rows.count()).isEqualTo(before);
        continue;
      }
      Set<Integer> distinct = new LinkedHashSet<>();
      for (int k = 0; k < xs.nz_length; k++) {
        distinct.add(xs.nz_rows[k]);
        assertThat(rows.row(touched.slots[k])).isEqualTo(xs.nz_rows[k]);
        assertThat(touched.slot(touched.numbers[k])).isEqualTo(touched.slots[k]);
      }
      assertThat(touched.count()).isEqualTo(distinct.size());
      for (int number = 0; number < touched.count(); number++) {
        int slot = touched.slot(number);
        double[] numbers = expected.computeIfAbsent(rows.row(slot), row -> new double[6]);
        for (int k = 0; k < numbers.length; k++) {
          assertThat(rows.chunk(slot)[rows.start(slot) + k]).isEqualTo(numbers[k]);
          numbers[k] += batch + k;
          rows.chunk(slot)[rows.start(slot) + k] += batch + k;
        }
      }
    }

    assertHas(rows, expected);
    assertHas(rows.copy(), expected);
  }

  private static void assertHas(SparseRows rows, Map<Integer, double[]> expected) {
    assertThat(rows.count()).isEqualTo(expected.size());
    expected.forEach(
        (row, numbers) -> {
          double[] found = new double[6];
          rows.read(rows.slot(row), found);
          assertThat(found).as("row %d", row).containsExactly(numbers);
        });
    DMatrixSparseCSC all = column(rows.inputs(), new Random(1), 1_000);
    int[] slots = new int[all.nz_length];
    rows.find(all, slots);
    for (int k = 0; k < slots.length; k++) {
      boolean exists = expected.containsKey(all.nz_rows[k]);
      assertThat(slots[k] == SparseRows.NONE).as("row %d", all.nz_rows[k]).isEqualTo(!exists);
    }
    assertThat(rows.count()).isEqualTo(expected.size());
  }

  /** Rows in any order, several times each: a mini-batch has many columns. */
  private static DMatrixSparseCSC column(int inputs, Random random, int count) {
    DMatrixSparseCSC xs = new DMatrixSparseCSC(inputs, 1, count);
    xs.nz_rows = new int[count];
    xs.nz_values = new double[count];
    for (int k = 0; k < count; k++) {
      xs.nz_rows[k] = (int) (inputs * Math.pow(random.nextDouble(), 3));
      xs.nz_values[k] = 1;
    }
    xs.nz_length = count;
    xs.col_idx[1] = count;
    return xs;
  }

  @Test
  void shouldTakeOverWeightsWithoutWhatTheOptimiserKeeps() {
    SparseRows source = new SparseRows(9, 2, 2);
    source.add(7, new double[] {1, 2, 3, 4, 5, 6});
    source.add(0, new double[] {7, 8});
    SparseRows rows = new SparseRows(9, 2, 1);
    rows.add(3, new double[] {1, 1, 1, 1});

    rows.set(source);

    assertThat(rows.count()).isEqualTo(2);
    assertThat(List.of(rows.row(0), rows.row(1))).containsExactly(7, 0);
    assertNumbers(rows, 0, 1, 2, 0, 0);
    assertNumbers(rows, 1, 7, 8, 0, 0);
    assertThat(rows.slot(3)).isEqualTo(SparseRows.NONE);
    rows.set(rows);
    assertNumbers(rows, 0, 1, 2, 0, 0);
    assertNumbers(source, 0, 1, 2, 3, 4, 5, 6);
  }

  @Test
  void shouldMakeRoomForWhatTheOptimiserKeeps() {
    SparseRows rows = new SparseRows(9, 2, 0);
    rows.add(7, new double[] {1, 2});
    rows.keep(1);
    assertNumbers(rows, 0, 1, 2, 0, 0);
    rows.add(5, new double[] {3, 4, 5, 6});
    rows.keep(0);
    rows.keep(2);
    assertNumbers(rows, 1, 3, 4, 0, 0, 0, 0);
    assertThat(rows.slot(5)).isEqualTo(1);
  }

  private static void assertNumbers(SparseRows rows, int slot, double... expected) {
    double[] numbers = new double[expected.length];
    rows.read(slot, numbers);
    assertThat(numbers).containsExactly(expected);
    assertThat(rows.arrays()).isEqualTo(expected.length / rows.hidden() - 1);
  }

  @Test
  void shouldRefuseRowsThatCannotBe() {
    SparseRows rows = new SparseRows(9, 1, 0);
    rows.add(3, new double[] {1});
    for (int row : new int[] {-1, 9, 3}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> rows.add(row, new double[] {1}))
          .withMessage("sparse rows: expected different ones from 0 to below 9, found %d", row);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rows.add(4, new double[] {Double.NaN}))
        .withMessage("sparse row 4: expected finite numbers");
    assertThat(rows.count()).isEqualTo(1);
  }

  /** 2^20 rows come in mini-batches of 32 new ones: nobody waits for a table to be copied. */
  @Test
  void shouldGrowInSmallParts() {
    int inputs = 1 << 20;
    SparseRows rows = new SparseRows(inputs, 16, 0);
    TouchedRows touched = new TouchedRows(16);
    DMatrixSparseCSC xs = new DMatrixSparseCSC(inputs, 1, 32);
    xs.nz_length = 32;
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long longest = 0;
    for (int first = 0; first < inputs; first += 32) {
      for (int k = 0; k < 32; k++) {
        xs.nz_rows[k] = (first + k) * 5 & inputs - 1;
      }
      long start = threads.getCurrentThreadCpuTime(); // other work takes its time, too
      rows.touch(xs, touched);
      longest = Math.max(longest, threads.getCurrentThreadCpuTime() - start);
    }
    assertThat(rows.count()).isEqualTo(inputs);
    assertThat(longest / 1_000_000).as("ms of the slowest mini-batch").isLessThan(50);
  }
}
