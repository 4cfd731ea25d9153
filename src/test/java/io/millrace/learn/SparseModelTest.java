package io.millrace.learn;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.codec.log.ModelCodec;
import io.millrace.codec.published.SnapshotCodec;
import io.millrace.example.MiniBatch;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.KernelKind;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model with sparse inputs is undone, goes back and is published as any other. */
class SparseModelTest {
  private static final Architecture SHAPE =
      new Architecture(2, 100_000, 4, 1, Activation.RELU, Output.IDENTITY);

  private static Learner learner(OptimizerKind kind) {
    return new Learner(
        Model.start(SHAPE, Parameters.random(SHAPE, 3, 5, OptionalDouble.empty()), kind, true),
        Batches.rate(0.01));
  }

  /** Rows that it brought go with it, while the table grows. */
  @ParameterizedTest
  @EnumSource
  void shouldGoOnAsIfADivergedMiniBatchHadNotBeen(OptimizerKind kind) {
    Learner learner = learner(kind);
    Learner undisturbed = learner(kind);
    Random random = new Random(2);
    Random others = new Random(3);
    for (int number = 0; number < 60; number++) {
      MiniBatch diverging = Batches.sparse(SHAPE, 1 + others.nextInt(16), others);
      diverging.yt().set(0, number % 2 == 0 ? 1e200 : Double.NaN);
      byte[] before = ModelCodec.encode(learner.model());

      assertThat(learner.learn(diverging, number)).isInstanceOf(Diverged.class);

      assertThat(ModelCodec.encode(learner.model())).isEqualTo(before);
      MiniBatch batch = Batches.sparse(SHAPE, 1 + random.nextInt(8), random);
      assertThat(learner.learn(batch, number)).isEqualTo(undisturbed.learn(batch, number));
    }
    assertThat(ModelCodec.encode(learner.model()))
        .isEqualTo(ModelCodec.encode(undisturbed.model()));
    assertThat(learner.model().parameters().sparse().count()).isGreaterThan(500);
  }

  /** Rows that came since are gone; what the optimiser kept beside the others is, too. */
  @ParameterizedTest
  @EnumSource
  void shouldGoBackToASnapshotAndGoOnFromThere(OptimizerKind kind) {
    Learner learner = learner(kind);
    Random random = new Random(2);
    learnSome(learner, random);
    Snapshot earlier = published(learner.model());
    byte[] bytes = SnapshotCodec.encode(earlier);
    learnSome(learner, random);
    learnSome(learner, random);

    learner.goBackTo(earlier, 99);

    Snapshot now = published(learner.model());
    assertThat(now.parameters().sparse().count()).isEqualTo(earlier.parameters().sparse().count());
    assertThat(SnapshotCodec.differences(SnapshotCodec.encode(now), bytes))
        .containsExactlyInAnyOrder("version", "learnedThrough");
    Learner fresh =
        new Learner(
            new Model(
                SHAPE,
                SnapshotCodec.decode(bytes).parameters(),
                kind.start(SHAPE),
                SnapshotCodec.decode(bytes).scaler(),
                learner.model().version(),
                learner.model().examples(),
                99),
            Batches.rate(0.01));
    learner.model().evaluation().resize(1);
    learnSome(learner, new Random(8));
    learnSome(fresh, new Random(8));
    assertThat(SnapshotCodec.encode(published(learner.model())))
        .isEqualTo(SnapshotCodec.encode(published(fresh.model())));
    assertThat(SnapshotCodec.encode(earlier)).isEqualTo(bytes); // it is nobody's to change
  }

  @ParameterizedTest
  @EnumSource(OptimizerKind.class)
  void shouldPredictWhatTheModelWouldAndNotChangeTheSnapshot(OptimizerKind kind) {
    Learner learner = learner(kind);
    Random random = new Random(2);
    learnSome(learner, random);
    Snapshot snapshot = published(learner.model());
    byte[] bytes = SnapshotCodec.encode(snapshot);
    Predictor predictor = new Predictor(snapshot);
    MiniBatch batch = Batches.sparse(SHAPE, 20, random);

    double[] predictions = predictor.predict(batch.xt(), batch.xs()).data.clone();
    learnSome(learner, random);

    assertThat(predictor.predict(batch.xt(), batch.xs()).data).containsExactly(predictions);
    assertThat(SnapshotCodec.encode(snapshot)).isEqualTo(bytes);
  }

  private static void learnSome(Learner learner, Random random) {
    for (int number = 0; number < 20; number++) {
      MiniBatch batch = Batches.sparse(SHAPE, 1 + random.nextInt(8), random);
      assertThat(learner.learn(batch, 100 + number)).isInstanceOf(BatchMetrics.class);
    }
  }

  /** As a reader of the topic has it: in memory of its own. */
  private static Snapshot published(Model model) {
    return SnapshotCodec.decode(
        SnapshotCodec.encode(
            Snapshot.of(
                "m", model, Optional.empty(), "log", KernelKind.EJML, Instant.ofEpochSecond(1))));
  }
}
