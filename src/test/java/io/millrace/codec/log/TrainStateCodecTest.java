package io.millrace.codec.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.FormatException;
import io.millrace.codec.log.CheckpointCodec.ModelCheckpoint;
import io.millrace.codec.log.TrainStateCodec.TrainState;
import io.millrace.learn.History;
import io.millrace.learn.Model;
import io.millrace.learn.Rollback;
import io.millrace.learn.TrainingSettings;
import io.millrace.nn.KernelKind;
import io.millrace.testing.Golden;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the training task keeps: a history and a checkpoint, and in earlier versions both in one. */
class TrainStateCodecTest {
  private static final byte[] MODEL_ALONE = Golden.bytes("model-adam-scaled.hex");
  private static final History HISTORY =
      new History(List.of(800L, 1L << 40, 900L), Optional.of(new Rollback((1L << 40) + 1, 800)));
  private static final TrainingSettings SETTINGS =
      new TrainingSettings(0.25, 0.001, 0.5, OptionalDouble.of(3), KernelKind.VECTOR);

  private static Model model() {
    return ModelCodec.decode(MODEL_ALONE);
  }

  @Test
  void shouldReadWhatEarlierVersionsKept() {
    TrainState read = TrainStateCodec.decode(Golden.bytes("train-state-1.hex"));

    assertThat(read.history()).isEqualTo(HISTORY);
    assertThat(ModelCodec.encode(read.model())).isEqualTo(ModelCodec.encode(model()));
  }

  /** Of a Millrace that kept no history. */
  @Test
  void shouldReadAModelAlone() {
    TrainState read = TrainStateCodec.decode(MODEL_ALONE);

    assertThat(read.history()).isEqualTo(History.NONE);
    assertThat(ModelCodec.encode(read.model())).isEqualTo(ModelCodec.encode(model()));
  }

  @Test
  void shouldWriteAndReadTheGoldenHistory() {
    byte[] golden = Golden.bytes("history-1.hex");

    assertThat(HistoryCodec.encode(HISTORY)).isEqualTo(golden);
    assertThat(HistoryCodec.decode(golden)).isEqualTo(HISTORY);
    assertThat(HistoryCodec.decode(HistoryCodec.encode(History.NONE))).isEqualTo(History.NONE);
    assertThat(HistoryCodec.isHistory(golden)).isTrue();
    assertThat(HistoryCodec.isHistory(Golden.bytes("train-state-1.hex"))).isFalse();
  }

  @Test
  void shouldReadTheGoldenCheckpoint() {
    ModelCheckpoint read = CheckpointCodec.decode(Golden.bytes("checkpoint-1.hex"));

    assertThat(read.seenThrough()).isEqualTo(1L << 33);
    assertThat(read.settings()).isEqualTo(SETTINGS);
    assertThat(ModelCodec.encode(read.model())).isEqualTo(ModelCodec.encode(model()));
  }

  @Test
  void shouldReadBackTheCheckpointThatItWrote() {
    TrainingSettings unclipped =
        new TrainingSettings(1, 0, 0, OptionalDouble.empty(), KernelKind.EJML);

    ModelCheckpoint read = CheckpointCodec.decode(CheckpointCodec.encode(-1, unclipped, model()));

    assertThat(read.seenThrough()).isEqualTo(-1);
    assertThat(read.settings()).isEqualTo(unclipped);
    assertThat(ModelCodec.encode(read.model())).isEqualTo(ModelCodec.encode(model()));
  }

  @Test
  void shouldRefuseEveryDamagedByteAndEveryLength() {
    assertRefused(Golden.bytes("train-state-1.hex"), TrainStateCodec::decode);
    assertRefused(Golden.bytes("history-1.hex"), HistoryCodec::decode);
    assertRefused(Golden.bytes("checkpoint-1.hex"), CheckpointCodec::decode);
  }

  private static void assertRefused(byte[] bytes, Consumer<byte[]> decode) {
    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 1;
      byte[] cut = Arrays.copyOf(bytes, i);
      assertThatExceptionOfType(FormatException.class).isThrownBy(() -> decode.accept(damaged));
      assertThatExceptionOfType(FormatException.class).isThrownBy(() -> decode.accept(cut));
    }
  }
}
