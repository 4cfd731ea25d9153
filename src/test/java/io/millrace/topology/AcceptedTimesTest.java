package io.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AcceptedTimesTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final long HOUR = 3_600_000;
  private static final long MINUTE = 60_000;

  @Test
  void shouldAcceptEveryTimeThatIsNotNegativeWithoutLimits() {
    AcceptedTimes any = AcceptedTimes.any("t");
    assertThat(any.accepts(0, NOW)).isTrue();
    assertThat(any.accepts(Long.MAX_VALUE, NOW)).isTrue();
    assertThat(any.accepts(-1, NOW)).isFalse();
    assertThat(any.accepts(Long.MIN_VALUE, NOW)).isFalse();
    assertThat(any.earliest(NOW)).isZero();
  }

  @Test
  void shouldLeaveAMinuteToTheLimits() {
    AcceptedTimes times = new AcceptedTimes("t", 24 * HOUR, HOUR);
    assertThat(times.accepts(NOW + HOUR - MINUTE, NOW)).isTrue();
    assertThat(times.accepts(NOW + HOUR - MINUTE + 1, NOW)).isFalse();
    assertThat(times.accepts(NOW - 24 * HOUR + MINUTE, NOW)).isTrue();
    assertThat(times.accepts(NOW - 24 * HOUR + MINUTE - 1, NOW)).isFalse();
    assertThat(times.accepts(Long.MAX_VALUE, NOW)).isFalse();
  }

  @Test
  void shouldLeaveATenthOfALimitThatIsShort() {
    AcceptedTimes times = new AcceptedTimes("t", MINUTE, 10);
    assertThat(times.earliest(NOW)).isEqualTo(NOW - 54_000);
    assertThat(times.accepts(NOW + 9, NOW)).isTrue();
    assertThat(times.accepts(NOW + 10, NOW)).isFalse();
  }

  @Test
  void shouldGiveTheNearestAcceptedTime() {
    AcceptedTimes times = new AcceptedTimes("t", 24 * HOUR, HOUR);
    assertThat(times.nearest(NOW - 5, NOW)).isEqualTo(NOW - 5);
    assertThat(times.nearest(0, NOW)).isEqualTo(NOW - 24 * HOUR + MINUTE);
    assertThat(times.nearest(NOW * 1000, NOW)).isEqualTo(NOW + HOUR - MINUTE);
  }
}
