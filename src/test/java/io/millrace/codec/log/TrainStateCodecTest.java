package io.millrace.codec.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.FormatException;
import io.millrace.codec.log.TrainStateCodec.TrainState;
import io.millrace.learn.History;
import io.millrace.learn.Model;
import io.millrace.learn.Rollback;
import io.millrace.testing.Golden;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainStateCodecTest {
  private static final byte[] MODEL_ALONE = Golden.bytes("model-adam-scaled.hex");
  private static final History HISTORY =
      new History(List.of(800L, 1L << 40, 900L), Optional.of(new Rollback((1L << 40) + 1, 800)));

  private static Model model() {
    return ModelCodec.decode(MODEL_ALONE);
  }

  /** The frame, three versions, the rollback; the model's own bytes are tested elsewhere. */
  @Test
  void shouldWriteTheBytesOfVersion1() {
    byte[] model = ModelCodec.encode(model());

    byte[] bytes = TrainStateCodec.encode(model(), HISTORY);

    assertThat(HexFormat.of().formatHex(bytes, 0, 52))
        .isEqualTo(
            ("4d525452 01000000 03000000"
                    + "2003000000000000 0000000000010000 8403000000000000"
                    + "0100000000010000 2003000000000000")
                .replace(" ", ""));
    assertThat(Arrays.copyOfRange(bytes, 52, bytes.length - 4)).isEqualTo(model);
  }

  @Test
  void shouldReadBackWhatItWrote() {
    TrainState read = TrainStateCodec.decode(TrainStateCodec.encode(model(), HISTORY));

    assertThat(read.history()).isEqualTo(HISTORY);
    assertThat(ModelCodec.encode(read.model())).isEqualTo(ModelCodec.encode(model()));
    assertThat(TrainStateCodec.decode(TrainStateCodec.encode(model(), History.NONE)).history())
        .isEqualTo(History.NONE);
  }

  /** Of a Millrace that kept no history. */
  @Test
  void shouldReadAModelAlone() {
    TrainState read = TrainStateCodec.decode(MODEL_ALONE);

    assertThat(read.history()).isEqualTo(History.NONE);
    assertThat(ModelCodec.encode(read.model())).isEqualTo(ModelCodec.encode(model()));
  }

  @Test
  void shouldRefuseEveryDamagedByteAndEveryLength() {
    byte[] bytes = TrainStateCodec.encode(model(), HISTORY);
    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 1;
      assertRefused(damaged);
      assertRefused(Arrays.copyOf(bytes, i));
    }
  }

  private static void assertRefused(byte[] bytes) {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> TrainStateCodec.decode(bytes));
  }
}
