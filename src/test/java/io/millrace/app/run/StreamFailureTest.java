package io.millrace.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.app.kafka.KafkaFailure;
import io.millrace.topology.LearnerException;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of decisions: what a new thread may mend, and what ends the learner. */
class StreamFailureTest {
  private record Case(Throwable failure, boolean passes, String words) {}

  private static Case passes(Throwable failure) {
    return new Case(failure, true, failure.getClass().getSimpleName());
  }

  private static Case stops(Throwable failure, String words) {
    return new Case(failure, false, words);
  }

  static List<Case> cases() {
    return List.of(
        passes(new TimeoutException("late")),
        passes(new DisconnectException("gone")),
        passes(new NotLeaderOrFollowerException("moved")),
        passes(new CoordinatorNotAvailableException("starting")),
        passes(new TransactionAbortableException("abort")),
        passes(new ProducerFencedException("fenced")),
        passes(new InvalidProducerEpochException("old")),
        passes(new InvalidTxnStateException("ended")),
        passes(new InvalidPidMappingException("forgotten")),
        passes(new OutOfOrderSequenceException("lost")),
        passes(new UnknownServerException("trouble")),
        passes(
            new InvalidReplicationFactorException(
                "Unable to replicate the partition 1 time(s): All brokers are currently fenced.")),
        passes(
            new KafkaException(
                "Unhandled error in EndTxnResponse: The server experienced an unexpected error"
                    + " when processing the request.")),
        passes(
            new KafkaException(
                "The client hasn't received acknowledgment for some previously sent messages and"
                    + " can no longer retry them. It is safe to abort the transaction and"
                    + " continue.")),
        stops(
            new LearnerException("Model m cannot continue: hidden"),
            "Model m cannot continue: hidden"),
        stops(
            new MissingSourceTopicException("in is missing"), "a topic of the learner was deleted"),
        stops(new UnknownTopicOrPartitionException("x"), "a topic of the learner was deleted"),
        stops(new RecordTooLargeException("large"), "a record for topic (unknown) is larger"),
        stops(
            new TopicAuthorizationException("no access"),
            KafkaFailure.describe(new TopicAuthorizationException("no access"))),
        stops(
            new TransactionalIdAuthorizationException("no"),
            KafkaFailure.deniedTransactions("app")),
        stops(new SaslAuthenticationException("who?"), "who?"),
        stops(new OutOfMemoryError("Java heap space"), "(Java heap space): raise -Xmx"),
        stops(
            new InvalidReplicationFactorException("only 1 broker(s) are registered"),
            "InvalidReplicationFactorException: only 1 broker(s)"),
        stops(new SerializationException("bytes"), "SerializationException: bytes"),
        stops(new KafkaException("first line\nsecond"), "KafkaException: first line"),
        stops(new IllegalStateException("bug"), "IllegalStateException: bug"),
        stops(new NullPointerException(), "NullPointerException: null"),
        stops(new StackOverflowError(), "StackOverflowError: null"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldDecideByTheCauseHoweverDeepItLies(Case each) {
    Throwable wrapped = new StreamsException("outer", new KafkaException("middle", each.failure));

    for (Throwable failure : List.of(each.failure, wrapped)) {
      StreamFailure decided = StreamFailure.of(failure, "app");

      assertThat(decided.passes()).isEqualTo(each.passes);
      assertThat(decided.line()).contains(each.words).hasLineCount(1);
    }
  }

  @Test
  void shouldNameTheTopicThatDoesNotTakeARecord() {
    String kafkas =
        "Error encountered sending record to topic app-model-changelog for task 1_0 due to:\nx";
    Throwable failure = new StreamsException(kafkas, new RecordTooLargeException("too large"));

    assertThat(StreamFailure.of(failure, "app").line())
        .startsWith("a record for topic app-model-changelog is larger than");
  }
}
