package io.millrace.codec.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.example.MiniBatch;
import io.millrace.example.Reason;
import io.millrace.example.Rejection;
import io.millrace.nn.Output;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BinaryExampleDecoderTest {

  private static byte[] doubles(double... numbers) {
    ByteBuffer buffer = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double number : numbers) {
      buffer.putDouble(number);
    }
    return buffer.array();
  }

  private static byte[] floats(double... numbers) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double number : numbers) {
      buffer.putFloat((float) number);
    }
    return buffer.array();
  }

  private static double[] numbers(String text) {
    return java.util.Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  @Test
  void shouldReadLittleEndianNumbers() {
    MiniBatch batch = new MiniBatch(2, 1, 2);
    ExampleDecoder decoder =
        BinaryExampleDecoder.float64("features", "label", 2, Output.SIGMOID, 1);
    byte[] one = {
      0,
      0,
      0,
      0,
      0,
      0,
      (byte) 0xF0,
      0x3F,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      (byte) 0xC0,
      0,
      0,
      0,
      0,
      0,
      0,
      (byte) 0xE0,
      0x3F
    };

    assertThat(decoder.decode(one, batch)).isNull();
    batch.append(0, 0);
    assertThat(decoder.decode(doubles(0.1, Double.MIN_VALUE, 1), batch)).isNull();
    batch.append(0, 1);

    assertThat(batch.xt().data).containsExactly(1, -2, 0.1, Double.MIN_VALUE);
    assertThat(batch.yt().data).containsExactly(0.5, 1);
  }

  @Test
  void shouldWidenFloats() {
    MiniBatch batch = new MiniBatch(1, 3, 1);

    assertThat(
            BinaryExampleDecoder.float32("features", "label", 1, Output.SOFTMAX, 3)
                .decode(floats(0.1, 2), batch))
        .isNull();
    assertThat(batch.xt().data).containsExactly((double) 0.1f);
    assertThat(batch.yt().data).containsExactly(0, 0, 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SIGMOID  | 1 | 1 2 3        | BAD_LABEL  | label: expected a number from 0 to 1, got 3.0. To learn any number, set model.output: identity
          SIGMOID  | 1 | 1 NaN 3      | NOT_FINITE | features[1]: expected a number from -1e100 to 1e100, got NaN
          SIGMOID  | 1 | 1 2 Infinity | NOT_FINITE | label: expected a number from -1e100 to 1e100, got Infinity
          SIGMOID  | 2 | 1 2 1 NaN    | NOT_FINITE | label[1]: expected a number from -1e100 to 1e100, got NaN
          SOFTMAX  | 3 | 1 2 1.5      | BAD_LABEL  | label: expected the index of a class, a whole number from 0 to 2, got 1.5
          SOFTMAX  | 3 | 1 2 0 0 1    | WRONG_SIZE | Expected 24 bytes (2 features and the label, 8 bytes each), got 40
          IDENTITY | 2 | 1 2 3        | WRONG_SIZE | Expected 32 bytes (2 features and 2 numbers of the label, 8 bytes each), got 24
          """)
  void shouldSayWhatIsWrong(
      Output output, int outputs, String numbers, Reason reason, String detail) {
    assertThat(
            BinaryExampleDecoder.float64("features", "label", 2, output, outputs)
                .decode(doubles(numbers(numbers)), new MiniBatch(2, outputs, 1)))
        .isEqualTo(new Rejection(reason, detail));
  }

  @Test
  void shouldRefuseEveryOtherLength() {
    ExampleDecoder decoder =
        BinaryExampleDecoder.float32("features", "label", 2, Output.SIGMOID, 1);
    MiniBatch batch = new MiniBatch(2, 1, 1);

    for (int length = 0; length < 30; length++) {
      Rejection rejection = decoder.decode(new byte[length], batch);
      assertThat(rejection == null ? null : rejection.reason())
          .isEqualTo(length == 12 ? null : Reason.WRONG_SIZE);
    }
    assertThat(decoder.decode(null, batch))
        .isEqualTo(
            new Rejection(
                Reason.WRONG_SIZE,
                "Expected 12 bytes (2 features and the label, 4 bytes each), got 0"));
  }
}
