package io.millrace.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountedTest {
  @Test
  void shouldUseTheSingularForOneOnly() {
    assertThat(Counted.of(0, "event")).isEqualTo("0 events");
    assertThat(Counted.of(1, "event")).isEqualTo("1 event");
    assertThat(Counted.of(1_000, "event")).isEqualTo("1,000 events");
    assertThat(Counted.of(1, "mini-batch", "mini-batches")).isEqualTo("1 mini-batch");
    assertThat(Counted.of(2, "mini-batch", "mini-batches")).isEqualTo("2 mini-batches");
  }
}
