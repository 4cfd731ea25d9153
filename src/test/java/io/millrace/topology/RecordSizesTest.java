package io.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.log.MiniBatchCodec;
import io.millrace.example.MiniBatch;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RecordSizesTest {
  @Test
  void shouldCountAFullMiniBatchAndItsEnvelope() {
    MiniBatch full = new MiniBatch(2, 1, 3);
    Arrays.setAll(full.xt().data, i -> 0.1 + i); // different, and no floats
    Arrays.setAll(full.yt().data, i -> 0.1 + i);
    for (int i = 0; i < 3; i++) { // far apart
      full.append(0, (long) i << 48);
    }

    RecordSizes sizes = RecordSizes.of(LearnerFixture.config());

    assertThat(sizes.miniBatch() - RecordSizes.ENVELOPE)
        .isBetween((long) MiniBatchCodec.encode(full).length, MiniBatchCodec.encode(full).length + 60L);
  }

  @Test
  void shouldHaveRoomForAnExampleOfTheBrokersDefaultSizeAmongTheDeadLetters() {
    RecordSizes sizes = RecordSizes.of(LearnerFixture.config());

    assertThat(sizes.deadLetter(RecordSizes.BROKER_DEFAULT))
        .isEqualTo(RecordSizes.BROKER_DEFAULT + RecordSizes.ENVELOPE)
        .isLessThan(sizes.largestRequest());
    assertThat(sizes.snapshot()).isLessThan(RecordSizes.BROKER_DEFAULT);
  }

  /** Every second example was rejected: each offset stands alone in the sentence. */
  @Test
  void shouldHaveRoomForTheOffsetsOfADivergedMiniBatch() {
    int batchSize = 100_000;
    MiniBatch full = new MiniBatch(2, 1, batchSize);
    for (int i = 0; i < batchSize; i++) {
      full.append(0, Long.MAX_VALUE - 2L * (batchSize - i));
    }

    RecordSizes sizes = RecordSizes.of(LearnerFixture.config("training.batchSize=" + batchSize));

    assertThat(sizes.deadLetter(0))
        .isGreaterThan(MiniBatchCodec.encode(full).length + full.describeOffsets().length());
  }

  @Test
  void shouldCountTheNameOfTheModel() {
    RecordSizes named = RecordSizes.of(LearnerFixture.config("model.name=" + "n".repeat(10_000)));

    assertThat(named.snapshot() - RecordSizes.of(LearnerFixture.config()).snapshot())
        .isGreaterThan(9_000);
  }

  @Test
  void shouldRefuseAModelWhoseSnapshotIsNoRecord() {
    assertThatExceptionOfType(LearnerException.class)
        .isThrownBy(
            () -> RecordSizes.of(LearnerFixture.config("model.inputs=100000", "model.hidden=1000")))
        .withMessageContaining("snapshots of 25")
        .withMessageContaining("limit of a Kafka record is 2147483647")
        .withMessageEndingWith("Choose a smaller model or mini-batch.");
  }

  @Test
  void shouldRefuseAMiniBatchThatIsNoRecord() {
    assertThatExceptionOfType(LearnerException.class)
        .isThrownBy(
            () ->
                RecordSizes.of(
                    LearnerFixture.config("model.inputs=1000", "training.batchSize=1000000")))
        .withMessageContaining("mini-batches of 80")
        .withMessageEndingWith("Choose a smaller model or mini-batch.");
  }
}
