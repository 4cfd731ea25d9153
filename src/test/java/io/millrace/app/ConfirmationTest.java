package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfirmationTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private boolean isGiven(String typed) {
    return Confirmation.isGiven(
        "Really?", new StringReader(typed), new PrintStream(out, true, UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"y\n", "Yes\n", " YES ", "y"})
  void shouldTakeAClearYes(String typed) {
    assertThat(isGiven(typed)).isTrue();
    assertThat(out.toString(UTF_8)).isEqualTo("Really? [y/N] ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "n\n", "no\n", "yes please\n", "\ny\n"})
  void shouldTakeAnythingElseForANo(String typed) {
    assertThat(isGiven(typed)).isFalse();
  }
}
