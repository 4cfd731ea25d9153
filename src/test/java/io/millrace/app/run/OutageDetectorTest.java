package io.millrace.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutageDetectorTest {
  private final OutageDetector silence =
      new OutageDetector("k:9092", Duration.ofSeconds(5), seconds(100));

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }

  @Test
  void shouldSayNothingOfAShortSilence() {
    assertThat(silence.answered(seconds(101))).isEmpty();
    assertThat(silence.unanswered(seconds(103))).isEmpty();
    assertThat(silence.unanswered(seconds(105))).isEmpty();
    assertThat(silence.isSilent()).isFalse();
    assertThat(silence.answered(seconds(107))).isEmpty();
  }

  @Test
  void shouldSayOnceThatKafkaIsSilentAndOnceThatItAnswers() {
    silence.answered(seconds(101));

    assertThat(silence.unanswered(seconds(106)))
        .hasValue("Kafka at k:9092 has not answered for 5 seconds; the learner waits for it");
    assertThat(silence.isSilent()).isTrue();
    for (int second = 107; second < 200; second++) {
      assertThat(silence.unanswered(seconds(second))).isEmpty();
    }
    assertThat(silence.answered(seconds(201)))
        .hasValue("Kafka at k:9092 answers again after 100 seconds; the learner continues");
    assertThat(silence.isSilent()).isFalse();
    assertThat(silence.answered(seconds(202))).isEmpty();
  }

  @Test
  void shouldExplainFailuresUntilKafkaHasSettled() {
    assertThat(silence.explainsFailures(seconds(101))).isFalse();
    silence.unanswered(seconds(106));
    assertThat(silence.explainsFailures(seconds(106))).isTrue();
    silence.answered(seconds(120));
    assertThat(silence.explainsFailures(seconds(134))).isTrue();
    assertThat(silence.explainsFailures(seconds(135))).isFalse();
    silence.answered(seconds(136));
    assertThat(silence.explainsFailures(seconds(136))).isFalse();
  }

  @Test
  void shouldCountASilenceFromTheStart() {
    assertThat(silence.unanswered(seconds(104))).isEmpty();
    assertThat(silence.unanswered(seconds(105))).isPresent();
  }
}
