package io.millrace.codec.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.codec.FormatException;
import io.millrace.codec.event.Doubles;
import io.millrace.example.MiniBatch;
import io.millrace.example.ServedPrediction;
import io.millrace.testing.Golden;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.ejml.data.DMatrixSparseCSC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MiniBatchCodecTest {
  // where the fields begin
  private static final int VERSION = 4;
  private static final int N0 = 8;
  private static final int N2 = 12;
  private static final int M = 16;
  private static final int OFFSETS_OF_VERSION_1 = 24;
  private static final int X_BYTES = 24;
  private static final int Y_BYTES = 28;
  private static final int FIRST_OFFSET = 32;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldReadBackWhatItWrote(long seed) {
    Random random = new Random(seed);
    MiniBatch batch = batch(random, 1 + random.nextInt(9), 1 + random.nextInt(3), 7);

    byte[] bytes = MiniBatchCodec.encode(batch);

    assertThat((long) bytes.length)
        .isLessThanOrEqualTo(MiniBatchCodec.maxEncodedSize(batch.inputs(), 0, batch.outputs(), 7));
    assertSame(MiniBatchCodec.decode(bytes, 1), batch);
    assertThat(MiniBatchCodec.encode(MiniBatchCodec.decode(bytes, 1))).isEqualTo(bytes);
  }

  @Test
  void shouldWriteTheExamplesThatItHasAndNotTheMemoryBehindThem() {
    MiniBatch reused = batch(new Random(1), 2, 1, 5);
    reused.clear();
    addExample(new Random(2), reused, 0);

    MiniBatch read = MiniBatchCodec.decode(MiniBatchCodec.encode(reused), 1);

    assertSame(read, reused);
    assertThat(MiniBatchCodec.encode(reused))
        .hasSizeLessThanOrEqualTo((int) MiniBatchCodec.maxEncodedSize(2, 0, 1, 1));
  }

  @Test
  void shouldReadBackAnEmptyMiniBatch() {
    byte[] bytes = MiniBatchCodec.encode(new MiniBatch(4, 2, 64));

    MiniBatch read = MiniBatchCodec.decode(bytes, 64);

    assertThat((long) bytes.length)
        .isLessThanOrEqualTo(MiniBatchCodec.maxEncodedSize(4, 0, 2, 0));
    assertThat(read.isEmpty()).isTrue();
    assertThat(read.inputs()).isEqualTo(4);
    assertThat(read.outputs()).isEqualTo(2);
    assertThat(read.partition()).isEqualTo(-1);
    assertThat(read.capacity()).isEqualTo(64);
  }

  @ParameterizedTest
  @CsvSource({"1, 3", "3, 3", "10, 10"})
  void shouldHaveRoomForMoreWhereAsked(int minCapacity, int capacity) {
    MiniBatch batch = batch(new Random(1), 2, 1, 3);

    MiniBatch read = MiniBatchCodec.decode(MiniBatchCodec.encode(batch), minCapacity);

    assertThat(read.capacity()).isEqualTo(capacity);
    assertSame(read, batch);
  }

  @Test
  void shouldWriteTheBytesOfVersion4() {
    assertThat(MiniBatchCodec.encode(goldenSparse())).isEqualTo(Golden.bytes("mini-batch-4.hex"));
    assertThat(MiniBatchCodec.encode(goldenWide()))
        .isEqualTo(Golden.bytes("mini-batch-4-wide.hex"));
  }

  @Test
  void shouldReadTheBytesOfEveryVersion() {
    assertSame(MiniBatchCodec.decode(Golden.bytes("mini-batch-1.hex"), 1), golden());
    assertSame(MiniBatchCodec.decode(Golden.bytes("mini-batch-2.hex"), 1), golden());
    assertSame(MiniBatchCodec.decode(Golden.bytes("mini-batch-2-float32.hex"), 1), goldenFloats());
    assertSame(MiniBatchCodec.decode(Golden.bytes("mini-batch-4.hex"), 1), goldenSparse());
    assertSame(MiniBatchCodec.decode(Golden.bytes("mini-batch-4-wide.hex"), 1), goldenWide());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldReadBackSparseInputs(long seed) {
    Random random = new Random(seed);
    int ns = 1 + random.nextInt(random.nextBoolean() ? 200 : 1 << 30);
    MiniBatch batch = new MiniBatch(random.nextInt(3), ns, 1, 9);
    boolean isSigned = random.nextBoolean();
    boolean isUniform = random.nextBoolean();
    while (!batch.isFull()) {
      int nonZeros = isUniform ? 3 : random.nextInt(5);
      batch.beginSparse();
      for (int k = 0; k < nonZeros; k++) {
        double value = isSigned ? 1 - 2 * random.nextInt(2) : Doubles.anyFinite(random);
        batch.addSparse(isUniform ? k * (ns / 3) : random.nextInt(ns), value);
      }
      addExample(random, batch, 10L * batch.size());
    }

    byte[] bytes = MiniBatchCodec.encode(batch);
    MiniBatch read = MiniBatchCodec.decode(bytes, batch(random, 1, 1, 9));

    assertSame(read, batch);
    assertThat((long) bytes.length)
        .isLessThanOrEqualTo(MiniBatchCodec.maxEncodedSize(batch.inputs(), 5, 1, 9));
    assertThat(MiniBatchCodec.encode(read)).isEqualTo(bytes);
    assertSame(MiniBatchCodec.decode(bytes, read), batch);
  }

  /** Five numbers and two hashed categories, of which nothing but the offsets repeats. */
  @Test
  void shouldNeedFewBytesForAnEvent() {
    Random random = new Random(1);
    MiniBatch batch = new MiniBatch(5, 256, 1, 32);
    while (!batch.isFull()) {
      batch.beginSparse();
      batch.addSparse(random.nextInt(128), 1);
      batch.addSparse(128 + random.nextInt(128), -1);
      int start = batch.size() * 5;
      batch.xt().data[start] = random.nextInt(3000); // miles
      batch.xt().data[start + 1] = random.nextInt(100);
      batch.xt().data[start + 2] = random.nextInt(24);
      batch.xt().data[start + 3] = (float) Math.sin(start);
      batch.xt().data[start + 4] = (float) Math.cos(start);
      batch.yt().data[batch.size()] = random.nextInt(2);
      batch.append(0, 1_000_000 + batch.size());
    }
    assertThat(MiniBatchCodec.encode(batch).length / 32.0).isLessThan(24);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldReadBackWhatWasServed(long seed) {
    Random random = new Random(seed);
    MiniBatch plain = batch(random, 2, 1 + random.nextInt(3), 7);
    MiniBatch batch = new MiniBatch(plain.inputs(), plain.outputs(), 7);
    System.arraycopy(plain.xt().data, 0, batch.xt().data, 0, 7 * plain.inputs());
    System.arraycopy(plain.yt().data, 0, batch.yt().data, 0, 7 * plain.outputs());
    for (int i = 0; i < 7; i++) {
      if (random.nextBoolean() || i == 6) {
        double[] z = random.doubles(plain.outputs()).toArray();
        batch.append(
            3, 5 + i, new ServedPrediction(random.nextLong() >>> 1 >>> random.nextInt(62), z));
      } else {
        batch.append(3, 5 + i);
      }
    }

    byte[] bytes = MiniBatchCodec.encode(batch);
    MiniBatch read = MiniBatchCodec.decode(bytes, batch(random, 2, plain.outputs(), 9));

    assertSame(read, batch);
    assertThat(read.servedCount()).isEqualTo(batch.servedCount()).isPositive();
    for (int i = 0; i < 7; i++) {
      assertThat(read.servedVersion(i)).isEqualTo(batch.servedVersion(i));
    }
    assertThat(Arrays.copyOf(read.servedZt().data, 7 * plain.outputs()))
        .isEqualTo(Arrays.copyOf(batch.servedZt().data, 7 * plain.outputs()));
    assertThat(MiniBatchCodec.encode(read)).isEqualTo(bytes);
    assertThat((long) bytes.length)
        .isLessThanOrEqualTo(
            MiniBatchCodec.maxEncodedSize(2, 0, plain.outputs(), 7)
                + MiniBatchCodec.maxServedSize(plain.outputs(), 7));
    read.clear();
    addExample(random, read, 0);
    assertThat(read.servedCount()).isZero();
    assertThat(read.servedVersion(0)).isEqualTo(MiniBatch.NOT_SERVED);
  }

  @Test
  void shouldReadTheBytesOfVersion3() {
    byte[] bytes = Golden.bytes("mini-batch-3.hex");
    MiniBatch batch = new MiniBatch(2, 1, 2);
    double[] x = {0.5, -2, 0.1, 4};
    System.arraycopy(x, 0, batch.xt().data, 0, 4);
    batch.yt().data[0] = 1;
    batch.append(1, 7, new ServedPrediction(300, new double[] {-0.25}));
    batch.append(1, 9);
    MiniBatch read = MiniBatchCodec.decode(bytes, 1);
    assertSame(read, batch);
    assertThat(read.servedVersion(0)).isEqualTo(300);
    assertThat(read.servedZt().data).startsWith(-0.25);
    assertThat(read.servedVersion(1)).isEqualTo(MiniBatch.NOT_SERVED);
    byte[] infinite = bytes.clone();
    ByteBuffer.wrap(infinite).order(LITTLE_ENDIAN).putDouble(bytes.length - 12, 1 / 0.0);
    CRC32C crc = new CRC32C();
    crc.update(infinite, 0, bytes.length - 4);
    ByteBuffer.wrap(infinite).order(LITTLE_ENDIAN).putInt(bytes.length - 4, (int) crc.getValue());
    assertThatThrownBy(() -> MiniBatchCodec.decode(infinite, 1))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("a prediction of Infinity");
  }

  @Test
  void shouldReadIntoTheMemoryOfAnother() {
    MiniBatch memory = batch(new Random(1), 2, 1, 5);

    MiniBatch read = MiniBatchCodec.decode(Golden.bytes("mini-batch-2.hex"), memory);

    assertThat(read).isSameAs(memory);
    assertSame(read, golden());
    assertSame(
        MiniBatchCodec.decode(Golden.bytes("mini-batch-2.hex"), new MiniBatch(2, 1, 2)), golden());
    assertSame(
        MiniBatchCodec.decode(Golden.bytes("mini-batch-2.hex"), new MiniBatch(3, 1, 5)), golden());
  }

  /** One number for all, a byte, a float, a double that no float is. */
  @ParameterizedTest
  @CsvSource({
    "1, 8", "2, 3", "255, 3", "256, 12", "-1, 12", "-0.0, 12", "0.5, 12", "0.1, 24", "1e39, 24",
    "1.401298464324817E-45, 12", "3.4028234663852886E38, 12", "5e-324, 24"
  })
  void shouldWriteNumbersAsNarrowAsNothingIsLost(double x, int bytesOfX) {
    MiniBatch batch = new MiniBatch(1, 1, 3);
    Arrays.fill(batch.xt().data, 1);
    batch.xt().data[1] = x;
    for (int i = 0; i < 3; i++) {
      batch.append(0, i);
    }

    byte[] bytes = MiniBatchCodec.encode(batch);

    assertThat(bytes).hasSize(8 + 1 + 4 + 1 + 3 + 1 + bytesOfX + 1 + 8 + 4);
    assertSame(MiniBatchCodec.decode(bytes, 1), batch);
  }

  @Test
  void shouldKeepEveryOffset() {
    long[] offsets = {0, 1, 128, 255, 16_511, 1L << 48, (1L << 48) + 127, Long.MAX_VALUE};
    MiniBatch batch = new MiniBatch(1, 1, offsets.length);
    for (long offset : offsets) {
      batch.append(2, offset);
    }

    MiniBatch read = MiniBatchCodec.decode(MiniBatchCodec.encode(batch), 1);

    assertSame(read, batch);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mini-batch-1.hex",
        "mini-batch-2.hex",
        "mini-batch-2-float32.hex",
        "mini-batch-3.hex",
        "mini-batch-4.hex",
        "mini-batch-4-wide.hex"
      })
  void shouldRefuseEveryChangeOfASingleByte(String file) {
    byte[] good = Golden.bytes(file);
    for (int at = 0; at < good.length; at++) {
      for (int change = 1; change < 256; change++) {
        byte[] bad = good.clone();
        bad[at] ^= (byte) change;
        assertThatExceptionOfType(FormatException.class)
            .as("byte %d ^ %d", at, change)
            .isThrownBy(() -> MiniBatchCodec.decode(bad, 1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mini-batch-1.hex",
        "mini-batch-2.hex",
        "mini-batch-2-float32.hex",
        "mini-batch-3.hex",
        "mini-batch-4.hex",
        "mini-batch-4-wide.hex"
      })
  void shouldRefuseEveryOtherLength(String file) {
    byte[] good = Golden.bytes(file);
    for (int length = 0; length < good.length + 16; length++) {
      byte[] bad = Arrays.copyOf(good, length);
      if (length != good.length) {
        assertThatExceptionOfType(FormatException.class)
            .as("%d bytes", length)
            .isThrownBy(() -> MiniBatchCodec.decode(bad, 1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 0, 7, -1})
  void shouldRefuseAnotherVersionByItsNumber(int version) {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> MiniBatchCodec.decode(withInt("mini-batch-2.hex", VERSION, version), 1))
        .withMessage(
            "This mini-batch has format version %d, this Millrace reads version 1 to 4", version);
  }

  @Test
  void shouldRefuseAnotherFormat() {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> MiniBatchCodec.decode("{\"features\":[1,2]}".getBytes(UTF_8), 1))
        .withMessage("Not a Millrace mini-batch (18 bytes)");
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> MiniBatchCodec.decode(new byte[0], 1))
        .withMessage("Not a Millrace mini-batch (0 bytes)");
  }

  /** With a right checksum: another program's bytes, or a fault of ours. */
  @ParameterizedTest
  @CsvSource({
    N0 + ", 0", N0 + ", -2", N0 + ", 3", N0 + ", 2147483647", N2 + ", 0", N2 + ", 2",
    N2 + ", -1", M + ", -1", M + ", 2", M + ", 4", M + ", 2147483647", M + ", -2147483648",
    M + ", 0"
  })
  void shouldRefuseSizesThatAreNotThoseOfTheBytes(int at, int value) {
    for (String file : List.of("mini-batch-1.hex", "mini-batch-2.hex")) {
      assertThatExceptionOfType(FormatException.class)
          .isThrownBy(() -> MiniBatchCodec.decode(withInt(file, at, value), 1))
          .withMessageStartingWith("A mini-batch that cannot be: ");
    }
  }

  @Test
  void shouldSayWhichSizesTheBytesDoNotHave() {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> MiniBatchCodec.decode(withInt("mini-batch-2.hex", M, 77), 1))
        .withMessage(
            "A mini-batch that cannot be: 2 inputs, 1 outputs, 77 examples in %d bytes",
            Golden.bytes("mini-batch-2.hex").length);
  }

  @ParameterizedTest
  @CsvSource({
    X_BYTES + ", 0",
    X_BYTES + ", 4",
    X_BYTES + ", 2",
    Y_BYTES + ", 8",
    Y_BYTES + ", 16",
    Y_BYTES + ", -4"
  })
  void shouldRefuseNumbersOfAnotherSize(int at, int value) {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> MiniBatchCodec.decode(withInt("mini-batch-2.hex", at, value), 1))
        .withMessageStartingWith("A mini-batch that cannot be: ");
  }

  @Test
  void shouldRefuseOffsetsThatDoNotAscend() {
    byte[] second = withInt("mini-batch-1.hex", OFFSETS_OF_VERSION_1 + Long.BYTES, 41);
    byte[] difference = Golden.bytes("mini-batch-2.hex");
    difference[FIRST_OFFSET + Long.BYTES] = 0;
    for (byte[] bytes : List.of(second, sealed(difference))) {
      assertThatExceptionOfType(FormatException.class)
          .isThrownBy(() -> MiniBatchCodec.decode(bytes, 1))
          .withMessageStartingWith("A mini-batch that cannot be: ")
          .withMessageContaining("offset 41 after partition 3 offset 41");
    }
  }

  @Test
  void shouldRefuseAnOffsetWithoutAnEnd() {
    byte[] bytes = Golden.bytes("mini-batch-2.hex");
    Arrays.fill(bytes, FIRST_OFFSET + Long.BYTES, bytes.length, (byte) 0xFF);

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> MiniBatchCodec.decode(sealed(bytes), 1))
        .withMessage("A mini-batch that cannot be: an offset without an end");
  }

  /** 8 * 2^30 * 2^32 is 2^65: as a long product that is 0, the size of the rest of the frame. */
  @Test
  void shouldRefuseSizesWhoseProductOverflows() {
    byte[] frame =
        Arrays.copyOf(Golden.bytes("mini-batch-1.hex"), OFFSETS_OF_VERSION_1 + Integer.BYTES);
    littleEndian(frame)
        .putInt(N0, Integer.MAX_VALUE)
        .putInt(N2, Integer.MAX_VALUE)
        .putInt(M, 1 << 30);

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> MiniBatchCodec.decode(sealed(frame), 1))
        .withMessageStartingWith("A mini-batch that cannot be: ");
  }

  private static MiniBatch goldenSparse() {
    MiniBatch batch = new MiniBatch(2, 300, 1, 3);
    double[] x = {0.1, 7, 0.25, 255, -3, 0};
    System.arraycopy(x, 0, batch.xt().data, 0, x.length);
    double[] y = {1, 0, 1};
    System.arraycopy(y, 0, batch.yt().data, 0, y.length);
    batch.addSparse(0, 1);
    batch.addSparse(299, -1);
    batch.append(3, 41, new ServedPrediction(300, new double[] {-0.25}));
    batch.append(3, 42);
    batch.addSparse(128, 0.5);
    batch.append(3, 1L << 40);
    return batch;
  }

  /** More inputs than have a block of their own, and two non-zeros an example. */
  private static MiniBatch goldenWide() {
    MiniBatch batch = new MiniBatch(17, 100_000, 2, 2);
    for (int i = 0; i < 34; i++) {
      batch.xt().data[i] = i / 2.0;
    }
    double[] y = {1, 0, 0, 1};
    System.arraycopy(y, 0, batch.yt().data, 0, y.length);
    for (int i = 0; i < 2; i++) {
      batch.addSparse(5, 1);
      batch.addSparse(99_999 - i, -1);
      batch.append(0, 10 + i);
    }
    return batch;
  }

  private static MiniBatch goldenFloats() {
    MiniBatch batch = new MiniBatch(2, 1, 3);
    double[] x = {0.5, -2, Float.MIN_VALUE, 3e30f, -0.0, 1};
    double[] y = {1, 0, 0.5};
    System.arraycopy(x, 0, batch.xt().data, 0, x.length);
    System.arraycopy(y, 0, batch.yt().data, 0, y.length);
    batch.append(3, 41);
    batch.append(3, 42);
    batch.append(3, 1L << 40);
    return batch;
  }

  private static MiniBatch golden() {
    MiniBatch batch = new MiniBatch(2, 1, 3);
    double[] x = {0.1, -2, Double.MIN_VALUE, 3e300, -0.0, 1};
    double[] y = {1, 0, 0.5};
    System.arraycopy(x, 0, batch.xt().data, 0, x.length);
    System.arraycopy(y, 0, batch.yt().data, 0, y.length);
    batch.append(3, 41);
    batch.append(3, 42);
    batch.append(3, 1L << 40);
    return batch;
  }

  private static byte[] withInt(String file, int at, int value) {
    byte[] bytes = Golden.bytes(file);
    littleEndian(bytes).putInt(at, value);
    return sealed(bytes);
  }

  private static byte[] sealed(byte[] frame) {
    int end = frame.length - Integer.BYTES;
    CRC32C crc = new CRC32C();
    crc.update(frame, 0, end);
    littleEndian(frame).putInt(end, (int) crc.getValue());
    return frame;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static MiniBatch batch(Random random, int inputs, int outputs, int size) {
    MiniBatch batch = new MiniBatch(inputs, outputs, size);
    for (long offset = random.nextInt(9); !batch.isFull(); offset += 1 + random.nextInt(3)) {
      addExample(random, batch, offset);
    }
    return batch;
  }

  private static void addExample(Random random, MiniBatch batch, long offset) {
    for (int i = 0; i < batch.inputs(); i++) {
      batch.xt().data[batch.size() * batch.inputs() + i] = Doubles.anyFinite(random);
    }
    for (int k = 0; k < batch.outputs(); k++) {
      batch.yt().data[batch.size() * batch.outputs() + k] = Doubles.subnormal(random);
    }
    batch.append(5, offset);
  }

  private static void assertSame(MiniBatch actual, MiniBatch expected) {
    assertThat(actual.toString()).isEqualTo(expected.toString()); // sizes, partition, offsets
    int m = expected.size();
    DMatrixSparseCSC xs = expected.xs();
    assertThat(Arrays.copyOf(actual.xs().col_idx, m + 1))
        .containsExactly(Arrays.copyOf(xs.col_idx, m + 1));
    assertThat(Arrays.copyOf(actual.xs().nz_rows, xs.nz_length))
        .containsExactly(Arrays.copyOf(xs.nz_rows, xs.nz_length));
    assertThat(Arrays.copyOf(actual.xs().nz_values, xs.nz_length))
        .containsExactly(Arrays.copyOf(xs.nz_values, xs.nz_length));
    assertThat(Arrays.copyOf(actual.xt().data, m * expected.inputs()))
        .containsExactly(Arrays.copyOf(expected.xt().data, m * expected.inputs()));
    assertThat(Arrays.copyOf(actual.yt().data, m * expected.outputs()))
        .containsExactly(Arrays.copyOf(expected.yt().data, m * expected.outputs()));
  }
}
