package io.millrace.codec.event;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 120,000 events; {@link PlainEventFuzzIT} is the long form. */
class PlainEventFuzzTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldReadAsTheStreamingParserDoes(long seed) {
    PlainEventFuzz.compare(seed, 6_000);
  }
}
