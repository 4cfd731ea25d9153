package io.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {
  @ParameterizedTest
  @CsvSource({
    "0, 4, 1, SIGMOID, inputs must be at least 1. Got: 0",
    "2, -3, 1, SIGMOID, hidden must be at least 1. Got: -3",
    "2, 4, 0, SOFTMAX, outputs must be at least 1. Got: 0",
    "2, 4, 1, SOFTMAX, outputs of a softmax must be at least 2. Got: 1",
  })
  void shouldRefuseSizesThatAreTooSmall(int n0, int n1, int n2, Output output, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Architecture(n0, n1, n2, Activation.TANH, output))
        .withMessage(message);
  }

  @Test
  void shouldCountItsParameters() {
    assertThat(new Architecture(2, 4, 1, Activation.TANH, Output.SIGMOID).parameterCount())
        .isEqualTo(2 * 4 + 4 + 4 * 1 + 1);
  }

  @Test
  void shouldCountTheParametersOfTheLargestNetworkWithoutOverflow() {
    int most = Integer.MAX_VALUE;
    BigInteger layer = BigInteger.valueOf(most).multiply(BigInteger.valueOf(most + 1L));

    assertThat(new Architecture(most, most, most, Activation.TANH, Output.SIGMOID).parameterCount())
        .isEqualTo(layer.add(layer).longValueExact());
  }
}
