package io.millrace.codec.log;

import io.millrace.codec.FormatException;
import io.millrace.example.MiniBatch;
import io.millrace.example.ServedPrediction;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.ejml.data.DMatrixSparseCSC;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a mini-batch: one record of the training log, and the state of a partial one.
 *
 * <pre>
 *   frame    magic "MRMB", version 4
 *   byte     flags: 1 predictions, 2 every example has as many non-zeros, 4 each of them is 1 or -1
 *   varint   nd, ns, n2, m
 *   where there are examples, varint:
 *     partition of the examples topic
 *     the offset of the first example in its partition
 *     for each other example, how far its offset is above the one before
 *   where ns > 0:
 *     varint   non-zeros of an example: once with flag 2, else for each
 *     uint     for each non-zero 2 * row, and 1 more where it is -1; in as few bytes as 2 ns needs
 *     block    their values, without flag 4
 *   blocks   Xd, one for each of up to 16 inputs; one for all of more, which is not constant
 *   blocks   Y, likewise
 *   with flag 1:
 *     varint   for each example, 1 more than the version that predicted it, or 0
 *     float64  Z, n2 numbers for each example that was predicted
 * </pre>
 *
 * A varint is a number in base 128, see {@link Varint}; a block of numbers is as narrow as it can be
 * without a loss, see {@link NumberBlock}. Versions 1 to 3 are still read ({@link
 * EarlierMiniBatches}).
 */
public final class MiniBatchCodec {
  static final Frame FRAME = new Frame("mini-batch", "MRMB", 1, 4);

  private static final int SERVED = 1;
  private static final int UNIFORM = 2;
  private static final int SIGNS = 4;
  private static final int FLAGS = SERVED | UNIFORM | SIGNS;

  /** A block for each input costs a look at each alone: only where there are few. */
  private static final int MOST_BLOCKS = 16;

  private static final int MOST_SPARSE = 1 << 30;

  /** The flags and five sizes. */
  private static final int MAX_FIXED = 1 + 5 * Varint.LONGEST_INT + Varint.LONGEST;

  /** Of the difference of two offsets that is below 2^49. */
  private static final int LONG_VARINT = 7;

  private MiniBatchCodec() {}

  /**
   * The most bytes that a mini-batch of these sizes can have, where no two of its examples that
   * follow each other are 2^49 records apart.
   *
   * @param inputs nd
   * @param nonZeros the most of an example
   * @param outputs n2
   * @param examples m
   */
  public static long maxEncodedSize(int inputs, int nonZeros, int outputs, int examples) {
    long offsets = (long) LONG_VARINT * examples;
    long sparse =
        Varint.LONGEST_INT * (long) examples
            + (Integer.BYTES + Double.BYTES) * (long) nonZeros * examples
            + 1;
    long dense = maxBlocks(inputs, examples) + maxBlocks(outputs, examples);
    return Frame.OVERHEAD + MAX_FIXED + offsets + sparse + dense;
  }

  private static long maxBlocks(int rows, long examples) {
    int blocks = blocks(rows);
    return blocks == 0 ? 0 : blocks * NumberBlock.maxBytes(examples * (rows / blocks));
  }

  /** The most bytes that the predictions of events add to that. */
  public static long maxServedSize(int outputs, int examples) {
    return examples * (Varint.LONGEST + (long) Double.BYTES * outputs);
  }

  /** How many blocks hold the numbers of a matrix of so many rows. */
  private static int blocks(int rows) {
    return rows <= MOST_BLOCKS ? rows : 1;
  }

  public static byte[] encode(MiniBatch batch) {
    DMatrixSparseCSC xs = batch.xs();
    int m = batch.size();
    int flags =
        (batch.servedCount() > 0 ? SERVED : 0)
            | (isUniform(xs) ? UNIFORM : 0)
            | (hasSignsOnly(xs) ? SIGNS : 0);
    NumberBlock values = NumberBlock.of(xs.nz_values, 0, 1, xs.nz_length, true);
    NumberBlock[] x = kinds(batch.xt().data, batch.inputs(), m);
    NumberBlock[] y = kinds(batch.yt().data, batch.outputs(), m);
    long length =
        headBytes(batch)
            + sparseBytes(xs, flags, values)
            + blockBytes(x, batch.inputs(), m)
            + blockBytes(y, batch.outputs(), m)
            + servedBytes(batch);
    ByteBuffer buffer = FRAME.begin(length);
    buffer.put((byte) flags);
    putHead(buffer, batch);
    if (xs.numRows > 0) {
      putSparse(buffer, xs, flags, values);
    }
    putBlocks(buffer, x, batch.xt().data, batch.inputs(), m);
    putBlocks(buffer, y, batch.yt().data, batch.outputs(), m);
    if (batch.servedCount() > 0) {
      putServed(buffer, batch);
    }
    return FRAME.seal(buffer);
  }

  private static boolean isUniform(DMatrixSparseCSC xs) {
    for (int i = 1; i < xs.numCols; i++) {
      if (nonZeros(xs, i) != nonZeros(xs, 0)) {
        return false;
      }
    }
    return true;
  }

  private static int nonZeros(DMatrixSparseCSC xs, int example) {
    return xs.col_idx[example + 1] - xs.col_idx[example];
  }

  private static boolean hasSignsOnly(DMatrixSparseCSC xs) {
    for (int k = 0; k < xs.nz_length; k++) {
      if (Math.abs(xs.nz_values[k]) != 1) {
        return false;
      }
    }
    return true;
  }

  /** The bytes of {@code 2 * row + 1} for every row. */
  private static int rowBytes(int sparseInputs) {
    long largest = 2L * sparseInputs - 1;
    return (Long.SIZE - Long.numberOfLeadingZeros(largest) + Byte.SIZE - 1) / Byte.SIZE;
  }

  private static long headBytes(MiniBatch batch) {
    long bytes =
        1L
            + Varint.bytes(batch.inputs())
            + Varint.bytes(batch.sparseInputs())
            + Varint.bytes(batch.outputs())
            + Varint.bytes(batch.size());
    if (!batch.isEmpty()) {
      bytes += Varint.bytes(batch.partition()) + Varint.bytes(batch.offset(0));
    }
    for (int i = 1; i < batch.size(); i++) {
      bytes += Varint.bytes(batch.offset(i) - batch.offset(i - 1));
    }
    return bytes;
  }

  private static void putHead(ByteBuffer buffer, MiniBatch batch) {
    Varint.put(buffer, batch.inputs());
    Varint.put(buffer, batch.sparseInputs());
    Varint.put(buffer, batch.outputs());
    Varint.put(buffer, batch.size());
    if (!batch.isEmpty()) {
      Varint.put(buffer, batch.partition());
      Varint.put(buffer, batch.offset(0));
    }
    for (int i = 1; i < batch.size(); i++) {
      Varint.put(buffer, batch.offset(i) - batch.offset(i - 1));
    }
  }

  private static long sparseBytes(DMatrixSparseCSC xs, int flags, NumberBlock values) {
    if (xs.numRows == 0) {
      return 0;
    }
    long bytes = (long) rowBytes(xs.numRows) * xs.nz_length;
    if ((flags & UNIFORM) == 0) {
      for (int i = 0; i < xs.numCols; i++) {
        bytes += Varint.bytes(nonZeros(xs, i));
      }
    } else {
      bytes += Varint.bytes(xs.numCols == 0 ? 0 : nonZeros(xs, 0));
    }
    return bytes + ((flags & SIGNS) == 0 ? values.bytes(xs.nz_length) : 0);
  }

  private static void putSparse(
      ByteBuffer buffer, DMatrixSparseCSC xs, int flags, NumberBlock values) {
    if ((flags & UNIFORM) == 0) {
      for (int i = 0; i < xs.numCols; i++) {
        Varint.put(buffer, nonZeros(xs, i));
      }
    } else {
      Varint.put(buffer, xs.numCols == 0 ? 0 : nonZeros(xs, 0));
    }
    boolean isSigned = (flags & SIGNS) != 0;
    int width = rowBytes(xs.numRows);
    for (int k = 0; k < xs.nz_length; k++) {
      int entry = xs.nz_rows[k] << 1 | (isSigned && xs.nz_values[k] < 0 ? 1 : 0);
      for (int i = 0; i < width; i++) {
        buffer.put((byte) (entry >>> Byte.SIZE * i));
      }
    }
    if (!isSigned) {
      values.put(buffer, xs.nz_values, 0, 1, xs.nz_length);
    }
  }

  /** The numbers of a matrix, one for each block; the data has its rows side by side. */
  private static NumberBlock[] kinds(double[] data, int rows, int m) {
    NumberBlock[] kinds = new NumberBlock[blocks(rows)];
    for (int i = 0; i < kinds.length; i++) {
      kinds[i] = NumberBlock.of(data, i, stride(rows), count(rows, m), rows <= MOST_BLOCKS);
    }
    return kinds;
  }

  private static int stride(int rows) {
    return rows <= MOST_BLOCKS ? rows : 1;
  }

  private static int count(int rows, int m) {
    return rows <= MOST_BLOCKS ? m : rows * m;
  }

  private static long blockBytes(NumberBlock[] kinds, int rows, int m) {
    long bytes = 0;
    for (NumberBlock kind : kinds) {
      bytes += kind.bytes(count(rows, m));
    }
    return bytes;
  }

  private static void putBlocks(
      ByteBuffer buffer, NumberBlock[] kinds, double[] data, int rows, int m) {
    for (int i = 0; i < kinds.length; i++) {
      kinds[i].put(buffer, data, i, stride(rows), count(rows, m));
    }
  }

  private static void getBlocks(ByteBuffer buffer, double[] data, int rows, int m) {
    for (int i = 0; i < blocks(rows); i++) {
      if (rows > MOST_BLOCKS && buffer.hasRemaining() && buffer.get(buffer.position()) == 0) {
        throw FRAME.inconsistent(rows + " constant inputs");
      }
      NumberBlock.get(buffer, data, i, stride(rows), count(rows, m), FRAME);
    }
  }

  private static long servedBytes(MiniBatch batch) {
    if (batch.servedCount() == 0) {
      return 0;
    }
    long bytes = (long) Double.BYTES * batch.outputs() * batch.servedCount();
    for (int i = 0; i < batch.size(); i++) {
      bytes += Varint.bytes(batch.servedVersion(i) + 1);
    }
    return bytes;
  }

  private static void putServed(ByteBuffer buffer, MiniBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      Varint.put(buffer, batch.servedVersion(i) + 1);
    }
    int n2 = batch.outputs();
    for (int i = 0; i < batch.size(); i++) {
      for (int k = 0; k < n2 && batch.servedVersion(i) != MiniBatch.NOT_SERVED; k++) {
        buffer.putDouble(batch.servedZt().data[i * n2 + k]);
      }
    }
  }

  /**
   * Reads a mini-batch.
   *
   * @param minCapacity the examples that it shall have room for, at least
   * @throws FormatException when the bytes are not one
   */
  public static MiniBatch decode(byte[] bytes, int minCapacity) {
    return decode(bytes, new MiniBatch(1, 1, 1), minCapacity);
  }

  /**
   * Reads a mini-batch into the memory of another one, where it fits there.
   *
   * @param memory Modified
   * @return the same, or a new one
   * @throws FormatException when the bytes are not one
   */
  public static MiniBatch decode(byte[] bytes, MiniBatch memory) {
    return decode(bytes, memory, 1);
  }

  private static MiniBatch decode(byte[] bytes, MiniBatch memory, int minCapacity) {
    ByteBuffer buffer = FRAME.open(bytes);
    if (Frame.version(buffer) <= EarlierMiniBatches.NEWEST) {
      return EarlierMiniBatches.decode(buffer, bytes.length, memory, minCapacity);
    }
    int flags = buffer.hasRemaining() ? buffer.get() : -1;
    if ((flags & ~FLAGS) != 0) {
      throw FRAME.inconsistent("flags " + flags);
    }
    int nd = Varint.getInt(buffer, FRAME, "dense inputs");
    int ns = Varint.getInt(buffer, FRAME, "sparse inputs");
    int n2 = Varint.getInt(buffer, FRAME, "outputs");
    int m = Varint.getInt(buffer, FRAME, "examples");
    requireSizes(nd, ns, n2, m, buffer.remaining());
    MiniBatch batch = room(memory, nd, ns, n2, Math.max(m, minCapacity));
    int partition = m == 0 ? -1 : Varint.getInt(buffer, FRAME, "a partition");
    long[] offsets = new long[m];
    for (int i = 0; i < m; i++) {
      offsets[i] = Varint.get(buffer, FRAME, "an offset") + (i == 0 ? 0 : offsets[i - 1]);
    }
    @Nullable Sparse sparse = ns == 0 ? null : Sparse.read(buffer, ns, m, flags);
    getBlocks(buffer, batch.xt().data, nd, m);
    getBlocks(buffer, batch.yt().data, n2, m);
    @Nullable ServedPrediction[] served =
        (flags & SERVED) != 0 ? readServed(buffer, m, n2) : new ServedPrediction[m];
    if (buffer.hasRemaining()) {
      throw FRAME.inconsistent(buffer.remaining() + " bytes too many");
    }
    append(batch, partition, offsets, sparse, served);
    return batch;
  }

  /** Before any memory is taken: an example has a byte at least, and a wide one as many numbers. */
  private static void requireSizes(int nd, int ns, int n2, int m, int bytes) {
    long example = 1L + (nd > MOST_BLOCKS ? nd : 0) + (n2 > MOST_BLOCKS ? n2 : 0);
    if (Math.max(nd, ns) < 1 || ns > MOST_SPARSE || n2 < 1 || (m > 0 && bytes / example < m)) {
      throw FRAME.inconsistent(
          String.format(
              Locale.ROOT,
              "%d dense and %d sparse inputs, %d outputs, %d examples in %d bytes",
              nd,
              ns,
              n2,
              m,
              bytes));
    }
  }

  /** The non-zeros of a record: how many each example has, and where they stand in the bytes. */
  record Sparse(ByteBuffer rows, int[] counts, int width, double @Nullable [] values, int ns) {
    static Sparse read(ByteBuffer buffer, int ns, int m, int flags) {
      int[] counts = new int[m];
      boolean isUniform = (flags & UNIFORM) != 0;
      int all = isUniform ? Varint.getInt(buffer, FRAME, "non-zeros") : 0;
      long sum = 0;
      for (int i = 0; i < m; i++) {
        counts[i] = isUniform ? all : Varint.getInt(buffer, FRAME, "non-zeros");
        sum += counts[i];
      }
      int width = rowBytes(ns);
      if (sum > buffer.remaining() / width) {
        throw FRAME.inconsistent(sum + " non-zeros in " + buffer.remaining() + " bytes");
      }
      ByteBuffer rows = buffer.duplicate();
      buffer.position(buffer.position() + (int) sum * width);
      double[] values = null;
      if ((flags & SIGNS) == 0) {
        values = new double[(int) sum];
        NumberBlock.get(buffer, values, 0, 1, values.length, FRAME);
      }
      return new Sparse(rows, counts, width, values, ns);
    }

    /** Adds the non-zeros of the next example. */
    void addTo(MiniBatch batch, int example, int first) {
      int before = -1;
      for (int k = first; k < first + counts[example]; k++) {
        int entry = 0;
        for (int i = 0; i < width; i++) {
          entry |= (rows.get() & 0xFF) << Byte.SIZE * i;
        }
        int row = entry >>> 1;
        double sign = (entry & 1) == 0 ? 1 : -1;
        double value = values == null ? sign : values[k];
        if (row <= before || row >= ns || value == 0) {
          throw FRAME.inconsistent(
              String.format(
                  Locale.ROOT, "%s at input %d of %d, after input %d", value, row, ns, before));
        }
        batch.addSparse(row, value);
        before = row;
      }
    }
  }

  /** The memory of a mini-batch where it fits, else new memory. */
  static MiniBatch room(MiniBatch memory, int inputs, int sparseInputs, int outputs, int capacity) {
    if (memory.inputs() != inputs
        || memory.sparseInputs() != sparseInputs
        || memory.outputs() != outputs
        || memory.capacity() < capacity) {
      return new MiniBatch(inputs, sparseInputs, outputs, capacity);
    }
    memory.clear();
    return memory;
  }

  /** One for each example; null where it was not predicted. */
  static @Nullable ServedPrediction[] readServed(ByteBuffer buffer, int m, int n2) {
    long[] versions = new long[m];
    long served = 0;
    for (int i = 0; i < m; i++) {
      versions[i] = Varint.get(buffer, FRAME, "a version") - 1;
      served += versions[i] == MiniBatch.NOT_SERVED ? 0 : 1;
    }
    if (buffer.remaining() != served * n2 * Double.BYTES) {
      throw FRAME.inconsistent(
          String.format(
              Locale.ROOT,
              "%d predictions of %d numbers in %d bytes",
              served,
              n2,
              buffer.remaining()));
    }
    @Nullable ServedPrediction[] predictions = new ServedPrediction[m];
    for (int i = 0; i < m; i++) {
      if (versions[i] != MiniBatch.NOT_SERVED) {
        predictions[i] =
            new ServedPrediction(versions[i], ServedCodec.readFinite(buffer, n2, FRAME));
      }
    }
    return predictions;
  }

  /** Keeps the examples whose dense inputs and labels are in the mini-batch already. */
  static void append(
      MiniBatch batch,
      int partition,
      long[] offsets,
      @Nullable Sparse sparse,
      @Nullable ServedPrediction[] predictions) {
    int nonZeros = 0;
    try {
      for (int i = 0; i < offsets.length; i++) {
        if (sparse != null) {
          sparse.addTo(batch, i, nonZeros);
          nonZeros += sparse.counts[i];
        }
        ServedPrediction served = predictions[i];
        if (served == null) {
          batch.append(partition, offsets[i]);
        } else {
          batch.append(partition, offsets[i], served);
        }
      }
    } catch (IllegalArgumentException e) {
      throw FRAME.inconsistent(String.valueOf(e.getMessage()));
    }
  }
}
