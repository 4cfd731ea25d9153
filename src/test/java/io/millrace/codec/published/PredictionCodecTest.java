package io.millrace.codec.published;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.example.FieldPath;
import io.millrace.example.Target;
import io.millrace.learn.Snapshot;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PredictionCodecTest {
  private static final FieldPath FIELD = FieldPath.parse("label");
  private static final Target NUMBER = new Target.Plain(FIELD);
  private static final String MODEL = "{\"model\":\"flights\",\"modelVersion\":812,";

  private static Snapshot snapshot(Output output, int outputs) {
    Architecture shape = new Architecture(1, 1, outputs, Activation.TANH, output);
    return new Snapshot(
        "flights",
        812,
        100,
        shape,
        Parameters.zeros(shape),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH);
  }

  private static String encode(
      Output output, Target label, double[] prediction, @Nullable String event) {
    byte[] json =
        new PredictionCodec(output, label)
            .encode(
                snapshot(output, prediction.length),
                new DMatrixRMaj(new double[][] {prediction}),
                event == null ? null : event.getBytes(UTF_8));
    return new String(json, UTF_8);
  }

  private static Target classes(String... names) {
    return new Target.Classes(FIELD, List.of(names));
  }

  @Test
  void shouldNameTheClassAsTheLabelDoes() {
    assertThat(encode(Output.SIGMOID, NUMBER, new double[] {0.93}, null))
        .isEqualTo(MODEL + "\"prediction\":[0.93],\"class\":1}");
    assertThat(encode(Output.SIGMOID, NUMBER, new double[] {0.5}, null)).contains("\"class\":0}");
    assertThat(encode(Output.SIGMOID, classes("no", "yes"), new double[] {0.93}, null))
        .isEqualTo(MODEL + "\"prediction\":[0.93],\"class\":\"yes\"}");
    assertThat(encode(Output.SIGMOID, NUMBER, new double[] {0.1, 0.6, 0.5}, null))
        .endsWith("\"prediction\":[0.1,0.6,0.5],\"class\":[0,1,0]}");
    assertThat(encode(Output.SOFTMAX, NUMBER, new double[] {0.2, 0.4, 0.4}, null))
        .endsWith("\"prediction\":[0.2,0.4,0.4],\"class\":1}");
    assertThat(encode(Output.SOFTMAX, classes("a", "b", "c"), new double[] {0.2, 0.3, 0.5}, null))
        .endsWith("\"class\":\"c\"}");
    assertThat(encode(Output.IDENTITY, NUMBER, new double[] {-7.25}, null))
        .isEqualTo(MODEL + "\"prediction\":[-7.25]}");
  }

  @Test
  void shouldRepeatTheEventAsItCame() {
    String event = "{ \"a\" : 1.000000000000000000001, \"b\" : [ {} ] }";
    assertThat(encode(Output.IDENTITY, NUMBER, new double[] {1}, event))
        .isEqualTo(MODEL + "\"prediction\":[1.0],\"event\":" + event + "}");
    // read by the learner, and no JSON all the same
    assertThat(encode(Output.IDENTITY, NUMBER, new double[] {1}, "{\"a\":NaN}"))
        .endsWith("\"event\":\"{\\\"a\\\":NaN}\"}");
  }

  @Test
  void shouldAnswerSeveralInTheirOrder() {
    DMatrixRMaj at = new DMatrixRMaj(new double[][] {{0.1, 0.9}, {0.75, 0.25}});

    assertThat(
            new PredictionCodec(Output.SOFTMAX, classes("x", "y"))
                .encodeAll(snapshot(Output.SOFTMAX, 2), at))
        .asString(UTF_8)
        .isEqualTo(MODEL + "\"predictions\":[[0.1,0.9],[0.75,0.25]],\"classes\":[\"y\",\"x\"]}");
    assertThat(
            new PredictionCodec(Output.IDENTITY, NUMBER)
                .encodeAll(snapshot(Output.IDENTITY, 2), new DMatrixRMaj(0, 2)))
        .asString(UTF_8)
        .isEqualTo(MODEL + "\"predictions\":[]}");
  }
}
