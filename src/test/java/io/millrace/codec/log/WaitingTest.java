package io.millrace.codec.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.codec.FormatException;
import io.millrace.example.ServedPrediction;
import io.millrace.testing.Golden;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** What waits for its other half, and the prediction that goes with it. */
class WaitingTest {
  private static final byte[] VALUE = "{\"label\":1}".getBytes(UTF_8);

  private static WaitingLabel label() {
    Headers headers =
        new RecordHeaders()
            .add("trace", new byte[] {1, 2})
            .add("trace", null)
            .add("gr\u00fc\u00df", new byte[0]);
    return new WaitingLabel(VALUE, headers, 8, 1_700_000_000_000L);
  }

  @Test
  void shouldReadBackALabel() {
    WaitingLabel read = WaitingLabel.decode(label().encode());
    assertThat(read.value()).isEqualTo(VALUE);
    assertThat(read.offset()).isEqualTo(8);
    assertThat(read.timestamp()).isEqualTo(1_700_000_000_000L);
    assertThat(read.headers()).isEqualTo(label().headers());
    assertThat(label().encode()).isEqualTo(Golden.bytes("waiting-label-1.hex"));
  }

  @Test
  void shouldReadBackAnEventAndWhatWasPredicted() {
    byte[] served =
        ServedCodec.encode("flights", new ServedPrediction(70_000, new double[] {-0.5, 3}));
    byte[] bytes = new ServedEvent(VALUE, served).encode();
    ServedEvent read = ServedEvent.decode(bytes);
    assertThat(read.event()).isEqualTo(VALUE);
    assertThat(read.served()).isEqualTo(served);
    assertThat(ServedEvent.decode(new ServedEvent(VALUE, new byte[0]).encode()).served()).isEmpty();
    assertThat(ServedCodec.decode(served).version()).isEqualTo(70_000);
    assertThat(ServedCodec.decode(served).z()).containsExactly(-0.5, 3);
    assertThat(ServedCodec.isOf("flights", served)).isTrue();
    assertThat(ServedCodec.isOf("flight", served)).isFalse();
    assertThat((long) served.length).isLessThanOrEqualTo(ServedCodec.maxEncodedSize("flights", 2));
    assertThat(bytes).isEqualTo(Golden.bytes("served-event-1.hex"));
  }

  @Test
  void shouldRefuseWhatIsCutOrDamaged() {
    byte[] label = label().encode();
    byte[] served = ServedCodec.encode("flights", new ServedPrediction(1, new double[] {-0.5}));
    byte[] event = new ServedEvent(VALUE, served).encode();
    for (int length = 0; length < label.length; length++) {
      byte[] cut = Arrays.copyOf(label, length);
      assertThatThrownBy(() -> WaitingLabel.decode(cut)).isInstanceOf(FormatException.class);
    }
    for (int length = 0; length < event.length; length++) {
      byte[] cut = Arrays.copyOf(event, length);
      assertThatThrownBy(() -> ServedEvent.decode(cut)).isInstanceOf(FormatException.class);
    }
    for (int at = 0; at < served.length; at++) {
      byte[] damaged = served.clone();
      damaged[at] ^= 4;
      assertThatThrownBy(() -> ServedCodec.decode(damaged)).isInstanceOf(FormatException.class);
    }
  }
}
