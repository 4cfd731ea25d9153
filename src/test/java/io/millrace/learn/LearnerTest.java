package io.millrace.learn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.example.MiniBatch;
import io.millrace.learn.quality.Evaluation;
import io.millrace.nn.Activation;
import io.millrace.nn.Architecture;
import io.millrace.nn.Gradients;
import io.millrace.nn.Network;
import io.millrace.nn.OptimizerKind;
import io.millrace.nn.Output;
import io.millrace.nn.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LearnerTest {
  private static final Architecture SHAPE =
      new Architecture(3, 4, 2, Activation.TANH, Output.SIGMOID);

  private static Learner learner(Model model, LongToDoubleFunction rate) {
    return new Learner(model, new Training(rate, 0, OptionalDouble.empty()));
  }

  /** The well-known planar exercise, all 400 examples as one mini-batch, through the Learner. */
  @Test
  void shouldLearnThePlanarExerciseWithTheReferenceCosts() throws IOException {
    double[][] references = csv("planar-costs.csv"); // updates, cost, accuracy
    MiniBatch batch = planarExamples();
    Model model =
        Model.start(
            new Architecture(2, 4, 1, Activation.TANH, Output.SIGMOID),
            planarParameters(),
            OptimizerKind.SGD,
            false);
    Learner learner = learner(model, updates -> 1.2);

    for (int updates = 0; updates <= 200; updates++) {
      BatchMetrics metrics = (BatchMetrics) learner.learn(batch, 1_000 + updates);
      if (updates % 100 == 0) {
        double[] reference = references[updates / 100];
        assertThat(reference[0]).isEqualTo(updates);
        assertThat(metrics.cost())
            .as("cost after %d updates", updates)
            .isCloseTo(reference[1], withinPercentage(1e-7));
        assertThat(metrics.accuracy()).hasValue(reference[2]);
      }
      assertThat(metrics.batch()).isEqualTo(updates + 1L);
    }
    assertThat(model.version()).isEqualTo(201);
    assertThat(model.examples()).isEqualTo(201L * 400);
    assertThat(model.learnedThrough()).isEqualTo(1_200);
  }

  @ParameterizedTest
  @EnumSource(Output.class)
  void shouldGiveTheFiguresOfTheParametersBeforeTheUpdate(Output output) {
    Architecture shape = new Architecture(3, 4, 2, Activation.SIGMOID, output);
    Model model = model(shape, 41, 1_000);
    Parameters before = model.parameters().copy();
    MiniBatch batch = examples(shape, new Random(7), 5);
    Network network = new Network(shape);
    Gradients gradients = new Gradients(shape);
    network.forward(before, batch.xt());
    double cost = network.cost(batch.yt());
    network.backward(before, batch.xt(), batch.yt(), gradients);

    Outcome outcome = learner(model, updates -> 0.5).learn(batch, 77);

    assertThat(outcome)
        .isEqualTo(
            new BatchMetrics(
                42,
                5,
                1_005,
                cost,
                output == Output.IDENTITY
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(network.accuracy(batch.yt())),
                gradients.norm(),
                0.5,
                41,
                Optional.of(
                    Evaluation.start(shape, Evaluation.DEFAULT_WINDOW).add(network, batch))));
    OptimizerKind.SGD.start(shape).update(before, gradients, 0.5);
    assertSameBits(model.parameters(), before);
    assertThat(model.version()).isEqualTo(42);
    assertThat(model.examples()).isEqualTo(1_005);
    assertThat(model.learnedThrough()).isEqualTo(77);
  }

  /** With a cost that is not finite, and with a gradient alone that is not. */
  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 1e200, Double.MAX_VALUE})
  void shouldLeaveTheModelAsItWasWhenAMiniBatchDiverges(double label) {
    Architecture shape = new Architecture(3, 4, 2, Activation.TANH, Output.IDENTITY);
    Model model = model(shape, 41, 1_000);
    Parameters before = model.parameters().copy();
    Learner learner = learner(model, updates -> 0.5);
    MiniBatch batch = examples(shape, new Random(7), 5);
    batch.yt().set(3, 1, label);

    Outcome outcome = learner.learn(batch, 77);

    assertThat(outcome).isInstanceOf(Diverged.class);
    assertThat(((Diverged) outcome).what()).containsAnyOf("NaN", "Infinity");
    assertSameBits(model.parameters(), before);
    assertThat(model.version()).isEqualTo(41);
    assertThat(model.examples()).isEqualTo(1_000);
    assertThat(model.learnedThrough()).isEqualTo(40);
  }

  @Test
  void shouldCallAFiniteCostWithAnInfiniteGradientDiverged() {
    Model model = model(SHAPE, 0, 0);
    MiniBatch batch = examples(SHAPE, new Random(7), 1);
    Arrays.fill(batch.xt().data, 0);
    batch.xt().data[0] = 1e-300; // tanh is linear there, and W1's gradient tiny
    model.parameters().w2t().data[0] = 1e300;

    Outcome outcome = learner(model, updates -> 0.5).learn(batch, 0);

    assertThat(outcome).isInstanceOf(Diverged.class);
    assertThat(((Diverged) outcome).what())
        .contains("gradient norm Infinity")
        .doesNotContain("cost Infinity");
  }

  @Test
  void shouldGoOnAfterADivergedMiniBatchAsIfItHadNotBeen() {
    Model model = model(SHAPE, 0, 0);
    Model undisturbed = model.copy();
    Learner learner = learner(model, updates -> 1 / (1.0 + updates));
    Learner other = learner(undisturbed, updates -> 1 / (1.0 + updates));
    MiniBatch bad = examples(SHAPE, new Random(3), 9);
    bad.xt().set(0, 0, Double.NaN);

    for (int i = 0; i < 20; i++) {
      MiniBatch good = examples(SHAPE, new Random(i), 1 + i % 5);
      assertThat(learner.learn(bad, 2L * i)).isInstanceOf(Diverged.class);
      assertThat(learner.learn(good, 2L * i + 1)).isEqualTo(other.learn(good, 2L * i + 1));
    }
    assertSameBits(model.parameters(), undisturbed.parameters());
  }

  @Test
  void shouldAskForTheLearningRateOfTheUpdatesInTheModel() {
    Model model = model(SHAPE, 300, 0);
    Learner learner = learner(model, updates -> 0.1 / (1 + 0.01 * updates));
    MiniBatch batch = examples(SHAPE, new Random(1), 2);
    MiniBatch bad = examples(SHAPE, new Random(1), 2);
    bad.xt().set(0, 0, Double.NaN);

    List<Outcome> outcomes =
        List.of(learner.learn(batch, 0), learner.learn(bad, 1), learner.learn(batch, 2));

    assertThat(((BatchMetrics) outcomes.get(0)).learningRate()).isEqualTo(0.1 / 4);
    assertThat(((BatchMetrics) outcomes.get(2)).learningRate()).isEqualTo(0.1 / (1 + 0.01 * 301));
  }

  @Test
  void shouldNotChangeTheMiniBatch() {
    MiniBatch batch = examples(SHAPE, new Random(1), 4);
    double[] x = batch.xt().data.clone();
    double[] y = batch.yt().data.clone();

    assertThat(learner(model(SHAPE, 0, 0), updates -> 0.1).learn(batch, 0))
        .isInstanceOf(BatchMetrics.class);

    assertThat(batch.xt().data).containsExactly(x);
    assertThat(batch.yt().data).containsExactly(y);
  }

  @Test
  void shouldRefuseAMiniBatchOfAnotherShape() {
    Architecture wider = new Architecture(4, 4, 2, Activation.TANH, Output.SIGMOID);
    Model model = model(SHAPE, 5, 50);
    Parameters before = model.parameters().copy();

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> learner(model, updates -> 0.1).learn(examples(wider, new Random(1), 2), 0))
        .withMessage("X: expected 3 x 2 (one column an example), found 4 x 2");
    assertSameBits(model.parameters(), before);
    assertThat(model.version()).isEqualTo(5);
  }

  @Test
  void shouldCopyAModelWithEverythingInIt() {
    Model model = model(SHAPE, 5, 50);
    Model copy = model.copy();
    Parameters before = model.parameters().copy();

    assertThat(learner(model, updates -> 0.1).learn(examples(SHAPE, new Random(1), 2), 9))
        .isInstanceOf(BatchMetrics.class);

    assertSameBits(copy.parameters(), before);
    assertThat(copy.architecture()).isEqualTo(SHAPE);
    assertThat(copy.version()).isEqualTo(5);
    assertThat(copy.examples()).isEqualTo(50);
    assertThat(copy.learnedThrough()).isEqualTo(4);
  }

  private static Model model(Architecture shape, long version, long examples) {
    Parameters random = Parameters.random(shape, 11, OptionalDouble.empty());
    return new Model(
        shape,
        random,
        OptimizerKind.SGD.start(shape),
        Optional.empty(),
        version,
        examples,
        version - 1);
  }

  private static MiniBatch examples(Architecture shape, Random random, int size) {
    MiniBatch batch = new MiniBatch(shape.inputs(), shape.outputs(), size);
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < shape.inputs(); j++) {
        batch.xt().data[i * shape.inputs() + j] = random.nextGaussian();
      }
      int label = random.nextInt(shape.outputs());
      for (int k = 0; k < shape.outputs(); k++) {
        batch.yt().data[i * shape.outputs() + k] = k == label ? 1 : 0;
      }
      batch.append(0, i);
    }
    return batch;
  }

  private static void assertSameBits(Parameters actual, Parameters expected) {
    for (int i = 0; i < expected.matrices().size(); i++) {
      assertThat(actual.matrices().get(i).data)
          .containsExactly(expected.matrices().get(i).data.clone());
    }
  }

  private static MiniBatch planarExamples() throws IOException {
    DMatrixRMaj rows = new DMatrixRMaj(csv("planar.csv")); // x1, x2, label
    MiniBatch batch = new MiniBatch(2, 1, rows.numRows);
    for (int i = 0; i < rows.numRows; i++) {
      batch.xt().data[2 * i] = rows.get(i, 0);
      batch.xt().data[2 * i + 1] = rows.get(i, 1);
      batch.yt().data[i] = rows.get(i, 2);
      batch.append(0, i);
    }
    return batch;
  }

  private static Parameters planarParameters() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode json = mapper.readTree(resource("planar-initial-parameters.json"));
    return Parameters.of(
        mapper.convertValue(json.get("W1"), double[][].class),
        mapper.convertValue(json.get("b1"), double[].class),
        mapper.convertValue(json.get("W2"), double[][].class),
        mapper.convertValue(json.get("b2"), double[].class));
  }

  private static double[][] csv(String name) throws IOException {
    return resource(name)
        .lines()
        .skip(1)
        .map(line -> Arrays.stream(line.split(",", -1)).mapToDouble(Double::parseDouble).toArray())
        .toArray(double[][]::new);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = LearnerTest.class.getResourceAsStream("/planar/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
    }
  }
}
