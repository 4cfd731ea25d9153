package io.millrace.learn;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.codec.log.ModelCodec;
import io.millrace.example.MiniBatch;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Numbers so large that an update could ruin the model: it is left as it was, to the last bit. */
class DivergedTest {
  private static final Architecture SHAPE =
      new Architecture(2, 3, 1, Activation.LEAKY_RELU, Output.IDENTITY);
  private static final double[][] ONE = {{1, 1}};
  private static final double[][] ONE_LABEL = {{1}};

  private record Kind(OptimizerKind optimizer, boolean scaled) {}

  static List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    for (OptimizerKind optimizer : OptimizerKind.values()) {
      kinds.add(new Kind(optimizer, false));
      kinds.add(new Kind(optimizer, true));
    }
    return kinds;
  }

  private static Learner learner(Kind kind, Training training) {
    Parameters start = Parameters.random(SHAPE, 1, OptionalDouble.empty());
    return new Learner(Model.start(SHAPE, start, kind.optimizer, kind.scaled), training);
  }

  private static Outcome learn(Learner learner, double x, double y) {
    return learner.learn(Batches.of(new double[][] {{1, x}}, new double[][] {{y}}), 99);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void shouldLeaveEverythingToTheBit(Kind kind) {
    Learner learner = learner(kind, Batches.rate(0.01));
    Random random = new Random(1);
    for (int number = 0; number < 5; number++) {
      learner.learn(Batches.random(SHAPE, 4, random), number);
    }
    byte[] before = ModelCodec.encode(learner.model());

    assertThat(learn(learner, 1, 1e200)).isInstanceOf(Diverged.class); // the cost overflows
    assertThat(learn(learner, 1, 1e120)).isInstanceOf(Diverged.class); // the gradient is too long
    assertThat(learn(learner, Double.MAX_VALUE, 1)).isInstanceOf(Diverged.class);
    assertThat(learn(learner, 1e101, 1e60)).isInstanceOf(Diverged.class);
    assertThat(learn(learner, Double.NaN, 1)).isInstanceOf(Diverged.class);
    assertThat(learn(learner, 1, Double.POSITIVE_INFINITY)).isInstanceOf(Diverged.class);

    assertThat(ModelCodec.encode(learner.model())).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void shouldGoOnAsIfADivergedMiniBatchHadNotBeen(Kind kind) {
    Learner learner = learner(kind, Batches.rate(0.01));
    Learner undisturbed = learner(kind, Batches.rate(0.01));
    Random random = new Random(2);
    for (int number = 0; number < 20; number++) {
      MiniBatch batch = Batches.random(SHAPE, 1 + random.nextInt(8), random);
      learn(learner, 2, 1e200);

      assertThat(learner.learn(batch, number)).isEqualTo(undisturbed.learn(batch, number));
    }

    assertThat(ModelCodec.encode(learner.model()))
        .isEqualTo(ModelCodec.encode(undisturbed.model()));
  }

  /** Seeded: every case is the same at every run. */
  @ParameterizedTest
  @MethodSource("kinds")
  void shouldStayFiniteWhateverComes(Kind kind) {
    Random random = new Random(3);
    int learned = 0;
    for (int life = 0; life < 300; life++) {
      double rate = Math.pow(10, 220 * random.nextDouble() - 110);
      OptionalDouble clip =
          random.nextBoolean()
              ? OptionalDouble.empty()
              : OptionalDouble.of(Math.pow(10, 300 * random.nextDouble() - 150));
      double l2 = random.nextBoolean() ? 0 : Math.pow(10, 400 * random.nextDouble() - 200);
      Learner learner = learner(kind, new Training(updates -> rate, l2, clip));
      for (int step = 0; step < 20; step++) {
        Outcome outcome = learn(learner, extreme(random), extreme(random));
        learned += outcome instanceof BatchMetrics ? 1 : 0;
      }
      // the codec refuses a model with a number that is not finite
      ModelCodec.decode(ModelCodec.encode(learner.model()));
    }
    assertThat(learned).isGreaterThan(300);
  }

  private static double extreme(Random random) {
    double magnitude = Math.pow(10, (random.nextBoolean() ? 300 : 20) * random.nextDouble());
    return random.nextBoolean() ? magnitude : -magnitude;
  }

  @Test
  void shouldLearnALongGradientThatIsClipped() {
    Kind kind = new Kind(OptimizerKind.SGD, false);
    Learner learner = learner(kind, new Training(updates -> 0.1, 0, OptionalDouble.of(1)));

    Outcome outcome = learn(learner, 1, 1e120);

    assertThat(outcome).isInstanceOf(BatchMetrics.class);
    assertThat(((BatchMetrics) outcome).gradientNorm()).isGreaterThan(1e119);
  }

  @Test
  void shouldSayWhichNumbersAreTooLarge() {
    Kind plain = new Kind(OptimizerKind.SGD, false);
    Kind scaled = new Kind(OptimizerKind.SGD, true);
    Training slow = Batches.rate(0.1);

    assertThat(learner(plain, slow).learn(Batches.of(ONE, new double[][] {{1e200}}), 0))
        .isInstanceOfSatisfying(
            Diverged.class,
            diverged ->
                assertThat(diverged.what()).isEqualTo("cost Infinity, gradient norm Infinity"));
    assertThat(learner(plain, Batches.rate(1e101)).learn(Batches.of(ONE, ONE_LABEL), 0))
        .isInstanceOfSatisfying(
            Diverged.class,
            diverged ->
                assertThat(diverged.what())
                    .matches(
                        "cost .*, gradient norm .*, learning rate 1.0E101"
                            + " \\(the limit for gradients and rates is 1.0E100\\)"));
    assertThat(learn(learner(scaled, slow), 1e200, 1))
        .isEqualTo(
            new Diverged(
                "1.0E200 as input 2 (the limit for scaled inputs is 1.0E100)",
                List.of(new Diverged.Suspect(0, Double.NaN, 1e200))));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void shouldNameOnlyTheExamplesThatStandOut(Kind kind) {
    double[][] inputs = {{1, 2}, {1, -3}, {1, 2}, {1, 1}, {1, 2}};
    double[][] labels = {{1}, {1}, {1e120}, {-5e119}, {1}};

    Outcome outcome = learner(kind, Batches.rate(0.1)).learn(Batches.of(inputs, labels), 0);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Diverged.class,
            diverged ->
                assertThat(diverged.suspects())
                    .extracting(Diverged.Suspect::column)
                    .containsExactly(2, 3));
  }
}
