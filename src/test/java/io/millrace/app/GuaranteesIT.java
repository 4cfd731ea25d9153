package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.codec.published.CostCodec;
import io.millrace.learn.BatchCost;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guarantee that is not the default one; a partial mini-batch after {@code maxWait}, too. */
@WithKafka
final class GuaranteesIT {
  @Test
  void shouldLearnAtLeastOnce(@TempDir Path folder, KafkaUnderTest kafka, TestTopics topics)
      throws IOException {
    TestLearner learner =
        TestLearner.of(
            folder,
            kafka.bootstrapServers(),
            """
            model:
              inputs: 1
              hidden: 2
            training:
              batchSize: 10
              maxWait: 1s
            guarantee: at-least-once
            """);

    try (MillraceProcess run = learner.run()) {
      topics.produce(
          IntStream.range(0, 25)
              .mapToObj(i -> "{\"features\":[%d],\"label\":%d}".formatted(i, i % 2))
              .map(
                  json ->
                      new ProducerRecord<byte[], byte[]>(learner.examples(), json.getBytes(UTF_8)))
              .toList());

      // Three as a rule, more where the examples come slowly.
      List<BatchCost> costs =
          learner.costs(
              topics, records -> records.stream().mapToLong(GuaranteesIT::examples).sum() >= 25);

      assertThat(costs).extracting(cost -> cost.metrics().examples()).allMatch(size -> size <= 10);
      assertThat(costs.get(costs.size() - 1).metrics().totalExamples()).isEqualTo(25);
      run.terminate();
      assertThat(run.awaitExit()).as(run.toString()).isZero();
    }
  }

  private static long examples(ConsumerRecord<byte[], byte[]> cost) {
    return CostCodec.decode(cost.value()).metrics().examples();
  }
}
