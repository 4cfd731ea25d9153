package io.millrace.example;

import java.util.Arrays;
import java.util.Locale;
import org.ejml.data.DMatrixRMaj;
import org.ejml.data.DMatrixSparseCSC;
import org.jspecify.annotations.Nullable;

/**
 * Labelled examples, stacked as the columns of matrices, and where they came from. The inputs are
 * two blocks of one X: dense ones, nearly all of which an example has, and sparse ones, nearly all
 * of which are 0.
 *
 * <pre>
 *   Xd   nd x m   one example a column
 *   Xs   ns x m   the same examples: the non-zeros of each
 *   Y    n2 x m   their labels
 * </pre>
 *
 * Beside them, of examples that were predicted as events before their labels came, that prediction:
 *
 * <pre>
 *   Z   n2 x m   what the output made the predictions of; columns of other examples mean nothing
 * </pre>
 *
 * The memory is filled one example after the other: column-major X, which read row by row is the m
 * x n0 matrix X'. {@link #xt()} and {@link #yt()} give that view; no number is ever moved. An
 * instance is filled, read, and {@linkplain #clear() filled again}; it is not thread-safe.
 */
public final class MiniBatch {
  /** The version of what did not predict: the example came with its label. */
  public static final long NOT_SERVED = -1;

  private final int inputs;
  private final int outputs;
  private final int capacity;
  private final DMatrixRMaj xt;
  private final SparseColumns sparse;
  private final DMatrixRMaj yt;
  private final long[] offsets;
  private @Nullable ServedColumns served;
  private int partition = -1;
  private int size;

  /** The memory of predictions; there from the first example that has one. */
  private static final class ServedColumns {
    private final long[] versions;
    private final DMatrixRMaj zt;
    private int count;

    ServedColumns(int capacity, int outputs) {
      versions = new long[capacity];
      zt = new DMatrixRMaj(capacity, outputs);
    }
  }

  /**
   * An empty mini-batch without sparse inputs.
   *
   * @param inputs nd
   * @param outputs n2, the numbers of a label
   * @param capacity the most examples it can hold
   */
  public MiniBatch(int inputs, int outputs, int capacity) {
    this(inputs, 0, outputs, capacity);
  }

  /**
   * An empty mini-batch. Holds {@code 8 * capacity * (inputs + outputs + 1)} bytes, 12 for each
   * non-zero, and {@code 8 * capacity * (outputs + 1)} from the first prediction on.
   *
   * @param inputs nd, the dense inputs; may be 0 where there are sparse ones
   * @param sparseInputs ns; 0 for none
   * @param outputs n2, the numbers of a label
   * @param capacity the most examples it can hold
   */
  public MiniBatch(int inputs, int sparseInputs, int outputs, int capacity) {
    if (inputs < 0 || sparseInputs < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The inputs of a mini-batch may not be negative. Got: %d, %d sparse",
              inputs,
              sparseInputs));
    }
    if (Math.max(inputs, sparseInputs) < 1 || outputs < 1 || capacity < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "A mini-batch needs at least one input, output and example. Got: %d, %d, %d",
              Math.max(inputs, sparseInputs),
              outputs,
              capacity));
    }
    this.inputs = inputs;
    this.outputs = outputs;
    this.capacity = capacity;
    this.xt = new DMatrixRMaj(capacity, inputs);
    this.sparse = new SparseColumns(sparseInputs, capacity);
    this.yt = new DMatrixRMaj(capacity, outputs);
    this.offsets = new long[capacity];
    clear();
  }

  /** nd, the dense inputs of an example. */
  public int inputs() {
    return inputs;
  }

  /** ns, the sparse inputs of an example. */
  public int sparseInputs() {
    return sparse.matrix().numRows;
  }

  /** n2, the numbers of a label. */
  public int outputs() {
    return outputs;
  }

  /** m, the examples in it. */
  public int size() {
    return size;
  }

  /** The most examples it can hold. */
  public int capacity() {
    return capacity;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  public boolean isFull() {
    return size == capacity;
  }

  /**
   * Xd' (m x nd, row-major), which is the memory of Xd (nd x m, column-major). Live, not a copy.
   */
  public DMatrixRMaj xt() {
    return xt;
  }

  /**
   * Xs (ns x m) in compressed columns: the rows of an example's non-zeros ascend, each is there
   * once, and no value is 0. Live, not a copy, and not to be modified.
   */
  public DMatrixSparseCSC xs() {
    return sparse.matrix();
  }

  /**
   * Forgets what was added to the next free column of {@link #xs()}: what writes an example there
   * begins with this, because the one before it may have been rejected.
   */
  public void beginSparse() {
    sparse.begin();
  }

  /**
   * Adds a value to one sparse input of the example that is being written. Inputs may come in any
   * order, and more than once: when the example is appended they are sorted, values of one input
   * are added up in the order in which they came, and what then is 0 is left out. Cheapest when
   * they ascend.
   *
   * @param row the number of the input, from 0 to below ns
   * @throws IndexOutOfBoundsException if there is no such input
   */
  public void addSparse(int row, double value) {
    sparse.add(row, value);
  }

  /** Y' (m x n2, row-major), which is the memory of Y (n2 x m, column-major). Live, not a copy. */
  public DMatrixRMaj yt() {
    return yt;
  }

  /** The partition of the examples topic that its examples came from; -1 while it is empty. */
  public int partition() {
    return partition;
  }

  /** The offset in the examples topic of the example in column {@code column}. */
  public long offset(int column) {
    if (column < 0 || column >= size) {
      throw new IndexOutOfBoundsException(
          String.format(Locale.ROOT, "Column %d of %d", column, size));
    }
    return offsets[column];
  }

  /** How many of its examples were predicted as events. */
  public int servedCount() {
    return served == null ? 0 : served.count;
  }

  /** The version that predicted the example in column {@code column}, or {@link #NOT_SERVED}. */
  public long servedVersion(int column) {
    if (column < 0 || column >= size) {
      throw new IndexOutOfBoundsException(
          String.format(Locale.ROOT, "Column %d of %d", column, size));
    }
    return served == null ? NOT_SERVED : served.versions[column];
  }

  /**
   * Z' (m x n2, row-major) of the predictions. Live, not a copy.
   *
   * @throws IllegalStateException when no example has one
   */
  public DMatrixRMaj servedZt() {
    if (served == null) {
      throw new IllegalStateException("None of the examples was predicted as an event");
    }
    return served.zt;
  }

  /**
   * Keeps an example as {@link #append(int, long)} does, and the prediction that was made of it.
   *
   * @param prediction with as many numbers as the label
   */
  public void append(int partition, long offset, ServedPrediction prediction) {
    if (prediction.z().length != outputs || prediction.version() < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "A prediction has %d numbers and a version. Got: %d numbers, version %d",
              outputs,
              prediction.z().length,
              prediction.version()));
    }
    append(partition, offset);
    ServedColumns columns = served;
    if (columns == null) {
      columns = new ServedColumns(capacity, outputs);
      Arrays.fill(columns.versions, NOT_SERVED);
      columns.zt.reshape(size, outputs);
      served = columns;
    }
    columns.versions[size - 1] = prediction.version();
    System.arraycopy(prediction.z(), 0, columns.zt.data, (size - 1) * outputs, outputs);
    columns.count++;
  }

  /**
   * Keeps the example that was written to the next free column of {@link #xt()} and {@link #yt()}:
   * row {@link #size()} of each, from index {@code size * inputs} and {@code size * outputs} of the
   * data arrays on; and the sparse inputs that were {@linkplain #addSparse added}.
   *
   * @param partition where it came from; one mini-batch holds examples of one partition
   * @param offset its offset there, above those before it
   */
  public void append(int partition, long offset) {
    if (isFull()) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "The mini-batch is full: %d examples", capacity));
    }
    if (size > 0 && (partition != this.partition || offset <= offsets[size - 1])) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "An example must follow the one before it. Got: partition %d offset %d after partition %d offset %d",
              partition,
              offset,
              this.partition,
              offsets[size - 1]));
    }
    this.partition = partition;
    offsets[size] = offset;
    sparse.append();
    resize(size + 1);
  }

  /** Forgets its examples; the memory is kept. */
  public void clear() {
    partition = -1;
    sparse.clear();
    if (served != null) {
      Arrays.fill(served.versions, NOT_SERVED);
      Arrays.fill(served.zt.data, 0);
      served.count = 0;
    }
    resize(0);
  }

  private void resize(int size) {
    this.size = size;
    // EJML keeps the data array when a matrix is reshaped to something that fits into it.
    xt.reshape(size, inputs);
    yt.reshape(size, outputs);
    if (served != null) {
      served.zt.reshape(size, outputs);
    }
  }

  /** The offsets of its examples, for people: {@code 7, 9-12}. */
  public String describeOffsets() {
    StringBuilder text = new StringBuilder();
    for (int first = 0, next; first < size; first = next) {
      next = first + 1;
      while (next < size && offsets[next] == offsets[next - 1] + 1) {
        next++;
      }
      text.append(text.isEmpty() ? "" : ", ").append(offsets[first]);
      if (next - first > 1) {
        text.append('-').append(offsets[next - 1]);
      }
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "MiniBatch[m=%d, nd=%d, ns=%d, n2=%d, partition=%d, offsets=%s]",
        size,
        inputs,
        sparseInputs(),
        outputs,
        partition,
        Arrays.toString(Arrays.copyOf(offsets, size)));
  }
}
