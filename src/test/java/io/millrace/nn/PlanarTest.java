package io.millrace.nn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;

/**
 * The well-known planar ("flower") exercise: 2000 updates against reference costs and accuracies.
 */
class PlanarTest {
  private static final double LEARNING_RATE = 1.2;
  private static final double RELATIVE_ERROR = 1e-9;

  @Test
  void shouldHaveTheReferenceCostsAndAccuracies() throws IOException {
    DMatrixRMaj rows = csv("planar.csv"); // x1, x2, label
    DMatrixRMaj xt = CommonOps_DDRM.extract(rows, 0, rows.numRows, 0, 2);
    DMatrixRMaj yt = CommonOps_DDRM.extract(rows, 0, rows.numRows, 2, 3);
    DMatrixRMaj references = csv("planar-costs.csv"); // updates, cost, accuracy
    Architecture architecture = new Architecture(2, 4, 1, Activation.TANH, Output.SIGMOID);
    Network network = new Network(architecture);
    Parameters parameters = initialParameters();
    Gradients gradients = new Gradients(architecture);
    Optimizer optimizer = OptimizerKind.SGD.start(architecture);

    int updates = 0;
    for (int reference = 0; reference < references.numRows; reference++) {
      for (; updates < references.get(reference, 0); updates++) {
        network.forward(parameters, xt);
        network.backward(parameters, xt, yt, gradients);
        optimizer.update(parameters, gradients, LEARNING_RATE);
      }
      network.forward(parameters, xt);
      assertThat(network.cost(yt))
          .as("cost after %d updates", updates)
          .isCloseTo(references.get(reference, 1), withinPercentage(100 * RELATIVE_ERROR));
      assertThat(network.accuracy(yt))
          .as("accuracy after %d updates", updates)
          .isEqualTo(references.get(reference, 2));
    }
    assertThat(updates).isEqualTo(2000);
  }

  private static Parameters initialParameters() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode json = mapper.readTree(resource("planar-initial-parameters.json"));
    return Parameters.of(
        mapper.convertValue(json.get("W1"), double[][].class),
        mapper.convertValue(json.get("b1"), double[].class),
        mapper.convertValue(json.get("W2"), double[][].class),
        mapper.convertValue(json.get("b2"), double[].class));
  }

  private static DMatrixRMaj csv(String name) throws IOException {
    return new DMatrixRMaj(
        resource(name)
            .lines()
            .skip(1)
            .map(line -> Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray())
            .toArray(double[][]::new));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = PlanarTest.class.getResourceAsStream("/planar/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
    }
  }
}
