package io.millrace.app.show;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Time is driven by hand. */
class ThroughputTest {
  private final Throughput throughput = new Throughput();

  @Test
  void shouldBeZeroBeforeTheFirstExample() {
    assertThat(throughput.perSecond(1_000_000)).isZero();
  }

  @Test
  void shouldAverageTheLastWholeSeconds() {
    for (int second = 0; second < 20; second++) {
      throughput.add(1000 * second + 100, 30);
      throughput.add(1000 * second + 900, 10);
    }
    assertThat(throughput.perSecond(20_000)).isEqualTo(40);
    assertThat(throughput.perSecond(20_999)).isEqualTo(40);
    assertThat(throughput.perSecond(22_000)).isEqualTo(24);
    assertThat(throughput.perSecond(60_000)).isZero();
  }

  @Test
  void shouldAverageOverNoMoreThanThereIs() {
    throughput.add(1_500, 10);
    assertThat(throughput.perSecond(2_500)).isEqualTo(10);
    throughput.add(2_600, 30);
    assertThat(throughput.perSecond(3_000)).isEqualTo(20);
  }

  @Test
  void shouldForgetThePastAfterAPause() {
    throughput.add(1_000, 1000);
    throughput.add(100_000, 10);
    assertThat(throughput.perSecond(101_000)).isEqualTo(10);
  }

  @Test
  void shouldNotTakeOldRecordsForNewOnes() {
    throughput.add(100_000, 10);
    throughput.add(50_000, 1000);
    throughput.add(99_500, 20);
    assertThat(throughput.perSecond(101_000)).isEqualTo(15);
  }
}
