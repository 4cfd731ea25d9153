package io.millrace.app.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.learn.BatchCost;
import io.millrace.testing.KafkaUnderTest;
import io.millrace.testing.MillraceProcess;
import io.millrace.testing.TestLearner;
import io.millrace.testing.TestTopics;
import io.millrace.testing.WithKafka;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One learner, started three times on machines whose languages write numbers with other digits or
 * change the case of letters in another way. The state of one start is that of the next, and
 * everything that it publishes or prints has ASCII digits.
 */
@WithKafka
final class LocaleIT {
  private static final int BATCH_SIZE = 8;

  /** One life ends with part of a mini-batch, so that there is state of both kinds. */
  private static final int LIFE = 2 * BATCH_SIZE + 3;

  private static final List<Locale> LOCALES =
      List.of(
          Locale.forLanguageTag("fa-IR-u-nu-arabext"),
          Locale.forLanguageTag("ar-EG-u-nu-arab"),
          Locale.forLanguageTag("tr-TR-u-nu-latn"));

  private static final String YAML =
      """
      model:
        inputs: 1
        hidden: 2
      training:
        batchSize: 8
        maxWait: never
      publish:
        snapshotEvery: 1
      """;

  @TempDir private Path folder;

  @Test
  void shouldGoOnUnderAnotherLocale(TestTopics topics, KafkaUnderTest kafka) throws Exception {
    TestLearner learner = TestLearner.of(folder, kafka.bootstrapServers(), YAML);
    String config = learner.config().toString();
    int sent = 0;
    List<String> printed = new ArrayList<>();
    for (Locale locale : LOCALES) {
      try (MillraceProcess run = MillraceProcess.startIn(locale, "run", "--config", config)) {
        run.awaitLine("learns from topic");
        topics.produce(examples(learner, sent, sent + LIFE));
        sent += LIFE;
        learner.costs(topics, sent / BATCH_SIZE);
        run.terminate();
        assertThat(run.awaitExit()).as(run.toString()).isZero();
        printed.addAll(run.out());
        printed.addAll(run.err());
      }
    }
    int batches = sent / BATCH_SIZE;
    assertThat(learner.costs(topics, batches))
        .extracting(BatchCost::metrics)
        .extracting(metrics -> metrics.modelVersion())
        .containsExactlyElementsOf(LongStream.range(0, batches).boxed().toList());
    try (MillraceProcess list =
        MillraceProcess.startIn(LOCALES.get(0), "model", "list", "--config", config)) {
      assertThat(list.awaitExit()).as(list.toString()).isZero();
      printed.addAll(list.out());
    }
    for (ConsumerRecord<byte[], byte[]> letter : learner.deadLetters(topics, LOCALES.size())) {
      letter.headers().forEach(header -> printed.add(new String(header.value(), UTF_8)));
    }
    topics
        .all(learner.name() + "-model-changelog")
        .forEach(record -> printed.add(new String(record.key(), UTF_8)));
    assertThat(printed).isNotEmpty().allMatch(line -> line.chars().noneMatch(LocaleIT::isForeign));
  }

  private static boolean isForeign(int character) {
    return Character.isDigit(character) && character > '9';
  }

  /** A record that is no example, then examples: the dead letter names counts. */
  private static List<ProducerRecord<byte[], byte[]>> examples(
      TestLearner learner, int from, int to) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    records.add(record(learner, "{\"features\":[1,2,3,4],\"label\":1}"));
    for (int i = from; i < to; i++) {
      records.add(record(learner, "{\"features\":[" + i + "],\"label\":" + i % 2 + "}"));
    }
    return records;
  }

  private static ProducerRecord<byte[], byte[]> record(TestLearner learner, String json) {
    return new ProducerRecord<>(learner.examples(), json.getBytes(UTF_8));
  }
}
