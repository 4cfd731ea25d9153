package io.millrace.codec.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.FormatException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventArrayTest {
  private static List<String> split(String body) {
    return EventArray.split(body.getBytes(UTF_8), 10).stream()
        .map(event -> new String(event, UTF_8))
        .toList();
  }

  @Test
  void shouldTakeAnythingButAnArrayForOneEvent() {
    assertThat(split(" {\"a\":[1]} ")).containsExactly(" {\"a\":[1]} ");
    assertThat(split("")).containsExactly("");
    assertThat(split("nonsense")).containsExactly("nonsense");
  }

  @Test
  void shouldCutAnArrayIntoTheBytesOfItsEvents() {
    assertThat(split("[]")).isEmpty();
    assertThat(split("\n[ {\"a\":\"\u00fc]\\\"}\"} ,\t{ \"b\" : [ {}, [1e3] ] },{}]\n"))
        .containsExactly("{\"a\":\"\u00fc]\\\"}\"}", "{ \"b\" : [ {}, [1e3] ] }", "{}");
  }

  @Test
  void shouldStopOneAboveTheMost() {
    assertThat(split("[{},{},{},{},{},{},{},{},{},{},{},{},{},{}")).hasSize(11);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{},1]        | Event 1: expected a JSON object, got 1",
        "[[{}]]        | Event 0: expected a JSON object, got an array",
        "[{}] {}       | Expected one array and nothing after it, got an object",
        "[{} {}]       | Broken JSON",
        "[{},          | Broken JSON",
        "[{\"a\":]     | Broken JSON",
      })
  void shouldSayWhatIsNoArrayOfEvents(String body, String sentence) {
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> split(body))
        .withMessageContaining(sentence);
  }
}
