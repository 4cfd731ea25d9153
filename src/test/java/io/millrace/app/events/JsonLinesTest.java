package io.millrace.app.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
  @Test
  void shouldLeaveOutTheByteOrderMarkOfTheFileAndNothingElse() throws IOException {
    byte[] file = "\uFEFF{\"a\":1}\r\n\n\uFEFF{\"a\":2}".getBytes(UTF_8);

    try (JsonLines lines = new JsonLines(new ByteArrayInputStream(file))) {
      assertThat(lines.next()).isEqualTo("{\"a\":1}".getBytes(UTF_8));
      assertThat(lines.next()).isEqualTo("\uFEFF{\"a\":2}".getBytes(UTF_8));
      assertThat(lines.next()).isNull();
    }
  }
}
