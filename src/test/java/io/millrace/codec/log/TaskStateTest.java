package io.millrace.codec.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.FormatException;
import io.millrace.testing.Golden;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskStateTest {
  private static final UUID SOURCE = UUID.fromString("01234567-89ab-cdef-edcb-a98765432110");
  private static final List<String> MAPPING =
      List.of("distance, missing: 1.5", "label: d\u00e9lai, above: 15.0");
  private static final byte[] VALUE = Golden.bytes("mini-batch-1.hex");

  /** Written by another program from the description of the format. */
  private static final byte[] GOLDEN = Golden.bytes("task-state-1.hex");

  @Test
  void shouldWriteTheBytesOfVersion1() {
    assertThat(new TaskState(SOURCE, 1L << 40, MAPPING, VALUE).encode()).isEqualTo(GOLDEN);
  }

  @Test
  void shouldReadTheBytesOfVersion1() {
    TaskState state = TaskState.decode(GOLDEN);

    assertThat(state.source()).isEqualTo(SOURCE);
    assertThat(state.consumedThrough()).isEqualTo(1L << 40);
    assertThat(state.mapping()).isEqualTo(MAPPING);
    assertThat(state.value()).isEqualTo(VALUE);
  }

  @Test
  void shouldReadBackNothingConsumedAndNoValue() {
    TaskState state = TaskState.decode(new TaskState(SOURCE, -1, List.of(), new byte[0]).encode());

    assertThat(state.consumedThrough()).isEqualTo(-1);
    assertThat(state.value()).isEmpty();
  }

  @Test
  void shouldRefuseEveryDamagedBitAndEveryLength() {
    for (int at = 0; at < GOLDEN.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] damaged = GOLDEN.clone();
        damaged[at] ^= (byte) (1 << bit);
        assertRefused(damaged);
      }
      assertRefused(Arrays.copyOf(GOLDEN, at));
    }
    assertRefused(Arrays.copyOf(GOLDEN, GOLDEN.length + 1));
  }

  private static void assertRefused(byte[] bytes) {
    assertThatExceptionOfType(FormatException.class).isThrownBy(() -> TaskState.decode(bytes));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 99, Integer.MAX_VALUE, -1})
  void shouldRefuseAnotherVersionByItsNumber(int version) {
    byte[] bytes = GOLDEN.clone();
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(4, version);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - Integer.BYTES);
    buffer.putInt(bytes.length - Integer.BYTES, (int) crc.getValue());

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> TaskState.decode(bytes))
        .withMessage(
            "This task state has format version %d, this Millrace reads version 1", version);
  }

  @Test
  void shouldRefuseAnotherFormat() {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> TaskState.decode(VALUE))
        .withMessageStartingWith("Not a Millrace task state");
  }
}
