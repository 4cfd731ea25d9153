package io.millrace.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.junit.jupiter.api.Test;

class KafkaFailureTest {
  private static String describe(Throwable cause) {
    return KafkaFailure.describe(
        new KafkaException("Exception caught during initialization of GlobalStreamThread", cause));
  }

  @Test
  void shouldNameTheResourceAndTheRight() {
    assertThat(describe(new TopicAuthorizationException(Set.of("flights"))))
        .contains("topic flights", "Read", "Grant it");
    assertThat(describe(GroupAuthorizationException.forGroupId("app")))
        .contains("consumer group app", "Read");
    assertThat(describe(new TransactionalIdAuthorizationException("denied")))
        .contains("transactional IDs", "Write", "prefix");
  }

  @Test
  void shouldNameTheSettingOfTheSystem() {
    assertThat(describe(new IOException("Too many open files"))).contains("ulimit -n");
    assertThat(describe(new UnsatisfiedLinkError("failed to map segment")))
        .contains(System.getProperty("java.io.tmpdir"), "exec", "-Djava.io.tmpdir");
    assertThat(
            KafkaFailure.ofSystem(
                new NoClassDefFoundError("Could not initialize class org.xerial.snappy.Snappy")))
        .hasValueSatisfying(said -> assertThat(said).contains("snappy.tempdir"));
    assertThat(KafkaFailure.ofSystem(new NoClassDefFoundError("some/other/Type"))).isEmpty();
  }

  @Test
  void shouldGiveTheInnermostReasonOtherwise() {
    assertThat(describe(new IOException("the disk is full"))).isEqualTo("the disk is full");
    assertThat(describe(new IOException())).isEqualTo("IOException");
  }

  @Test
  void shouldTellWhatCannotPassByWaiting() {
    assertThat(KafkaFailure.isLasting(new KafkaException(new SaslAuthenticationException("who?"))))
        .isTrue();
    assertThat(KafkaFailure.isLasting(new TopicAuthorizationException(Set.of("t")))).isTrue();
    assertThat(KafkaFailure.isLasting(new TimeoutException("later"))).isFalse();
  }
}
