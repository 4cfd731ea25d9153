package io.millrace.codec.event;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two million events. To repeat a failure, run its seed alone. */
@Tag("long")
class PlainEventFuzzIT {
  @ParameterizedTest
  @ValueSource(longs = {101, 102})
  void shouldReadAsTheStreamingParserDoes(long seed) {
    PlainEventFuzz.compare(seed, 200_000);
  }
}
