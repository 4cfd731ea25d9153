package io.millrace.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.example.MiniBatch;
import io.millrace.testing.Golden;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
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
  private static final int OFFSETS = 24;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldReadBackWhatItWrote(long seed) {
    Random random = new Random(seed);
    MiniBatch batch = batch(random, 1 + random.nextInt(9), 1 + random.nextInt(3), 7);

    byte[] bytes = MiniBatchCodec.encode(batch);

    assertThat((long) bytes.length)
        .isEqualTo(MiniBatchCodec.encodedSize(batch.inputs(), batch.outputs(), 7));
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
    assertThat(MiniBatchCodec.encode(reused)).hasSize((int) MiniBatchCodec.encodedSize(2, 1, 1));
  }

  @Test
  void shouldReadBackAnEmptyMiniBatch() {
    byte[] bytes = MiniBatchCodec.encode(new MiniBatch(4, 2, 64));

    MiniBatch read = MiniBatchCodec.decode(bytes, 64);

    assertThat((long) bytes.length).isEqualTo(MiniBatchCodec.encodedSize(4, 2, 0));
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
  void shouldWriteTheBytesOfVersion1() {
    assertThat(MiniBatchCodec.encode(golden())).isEqualTo(Golden.bytes("mini-batch-1.hex"));
  }

  @Test
  void shouldReadTheBytesOfVersion1() {
    assertSame(MiniBatchCodec.decode(Golden.bytes("mini-batch-1.hex"), 1), golden());
  }

  @Test
  void shouldRefuseEveryChangeOfASingleByte() {
    byte[] good = Golden.bytes("mini-batch-1.hex");
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

  @Test
  void shouldRefuseEveryOtherLength() {
    byte[] good = Golden.bytes("mini-batch-1.hex");
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
  @ValueSource(ints = {2, 0, 7, -1})
  void shouldRefuseAnotherVersionByItsNumber(int version) {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> MiniBatchCodec.decode(withInt(VERSION, version), 1))
        .withMessage(
            "This mini-batch has format version %d, this Millrace reads version 1", version);
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
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> MiniBatchCodec.decode(withInt(at, value), 1))
        .withMessageStartingWith("A mini-batch that cannot be: ")
        .withMessageContaining(Integer.toString(value))
        .withMessageEndingWith("in %d bytes", Golden.bytes("mini-batch-1.hex").length);
  }

  @Test
  void shouldRefuseOffsetsThatDoNotAscend() {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> MiniBatchCodec.decode(withInt(OFFSETS + Long.BYTES, 41), 1))
        .withMessageStartingWith("A mini-batch that cannot be: ")
        .withMessageContaining("offset 41 after partition 3 offset 41");
  }

  /** 8 * 2^30 * 2^32 is 2^65: as a long product that is 0, the size of the rest of the frame. */
  @Test
  void shouldRefuseSizesWhoseProductOverflows() {
    byte[] frame = Arrays.copyOf(Golden.bytes("mini-batch-1.hex"), OFFSETS + Integer.BYTES);
    littleEndian(frame)
        .putInt(N0, Integer.MAX_VALUE)
        .putInt(N2, Integer.MAX_VALUE)
        .putInt(M, 1 << 30);

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> MiniBatchCodec.decode(sealed(frame), 1))
        .withMessageStartingWith("A mini-batch that cannot be: ");
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

  private static byte[] withInt(int at, int value) {
    byte[] bytes = Golden.bytes("mini-batch-1.hex");
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
    assertThat(Arrays.copyOf(actual.xt().data, m * expected.inputs()))
        .containsExactly(Arrays.copyOf(expected.xt().data, m * expected.inputs()));
    assertThat(Arrays.copyOf(actual.yt().data, m * expected.outputs()))
        .containsExactly(Arrays.copyOf(expected.yt().data, m * expected.outputs()));
  }
}
