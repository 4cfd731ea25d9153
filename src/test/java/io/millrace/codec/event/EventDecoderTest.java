package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.example.Feature;
import io.millrace.example.Features;
import io.millrace.example.FieldPath;
import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.nn.Output;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Events without a label are read as examples are, and nobody misses it. */
class EventDecoderTest {
  private final MiniBatch into = new MiniBatch(2, 1, 1);

  private static Features named() {
    return new Features.Named(
        List.of(
            new Feature.Numeric(FieldPath.parse("x"), OptionalDouble.empty()),
            new Feature.Numeric(FieldPath.parse("y"), OptionalDouble.of(7))));
  }

  private @Nullable Rejection decode(Features features, String event) {
    return JsonExampleDecoder.withoutLabel(features).decode(event.getBytes(UTF_8), into);
  }

  @Test
  void shouldReadJsonWithoutALabelAndPassOverOneThatIsThere() {
    assertThat(decode(named(), "{\"x\":3}")).isNull();
    assertThat(into.xt().data).containsExactly(3, 7);
    assertThat(decode(named(), "{\"x\":4,\"y\":5,\"label\":\"any\"}")).isNull();
    assertThat(into.xt().data).containsExactly(4, 5);

    Features vector = new Features.Vector(FieldPath.parse("features"));
    assertThat(decode(vector, "{\"features\":[1,2]}")).isNull();
    assertThat(into.xt().data).containsExactly(1, 2);
    assertThat(decode(vector, "{\"features\":[1]}"))
        .isEqualTo(new Rejection(Reason.WRONG_SIZE, "features: expected 2 numbers, got 1"));
  }

  @Test
  void shouldReadTheNumbersOfTheFeaturesAlone() {
    BinaryExampleDecoder decoder =
        BinaryExampleDecoder.float64("features", "label", 2, Output.SIGMOID, 1).withoutLabel();
    ByteBuffer event = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    event.putDouble(1.5).putDouble(-2);

    assertThat(decoder.recordBytes()).isEqualTo(16);
    assertThat(decoder.decode(event.array(), into)).isNull();
    assertThat(into.xt().data).containsExactly(1.5, -2);
    assertThat(decoder.decode(new byte[24], into))
        .isEqualTo(
            new Rejection(
                Reason.WRONG_SIZE, "Expected 16 bytes (2 features, 8 bytes each), got 24"));
  }
}
