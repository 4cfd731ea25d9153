package io.millrace.topology;

import io.millrace.codec.log.CheckpointCodec.ModelCheckpoint;
import io.millrace.config.MillraceConfig;
import java.time.Duration;
import java.util.Locale;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns a part of the training log again, which the model had learned before its process ended,
 * and publishes nothing of it: costs and snapshots were published then. It is learned by the
 * settings of the checkpoint, whatever the configuration says now, so that the model is the one
 * that was published.
 */
final class Relearning {
  private static final Logger LOG = LoggerFactory.getLogger(Relearning.class);
  private static final Duration UNNOTICED = Duration.ofSeconds(1);

  private final MillraceConfig config;
  private final KafkaProgress progress;
  private final ModelCheckpoint last;
  private final TopicPartition log;
  private long records;
  private boolean isTold;

  /**
   * Goes on from a checkpoint.
   *
   * @param last its model is modified
   */
  Relearning(MillraceConfig config, KafkaProgress progress, ModelCheckpoint last) {
    this.config = config;
    this.progress = progress;
    this.last = last;
    this.log = new TopicPartition(config.topics().miniBatches(), 0);
  }

  /**
   * Learns again what lies between the checkpoint and a position.
   *
   * @param position the offset of the last record that was consumed
   * @throws LearnerException when records in between were deleted
   */
  void learnThrough(long position) {
    long from = last.seenThrough();
    if (position <= from) {
      return;
    }
    requireUndeleted(from + 1, position);
    if (!last.settings().kernel().isFast()) {
      LOG.warn(
          "The matrix products {} are slow in this JVM, and offsets {} to {} of topic {} were learned"
              + " with them: the last bits of the model can differ",
          last.settings().kernel().text(),
          from + 1,
          position,
          log.topic());
    }
    LogLearner learner = new LogLearner(config, last.model(), last.settings());
    long begun = System.nanoTime();
    progress.readLog(
        from,
        position,
        record -> {
          var unused =
              learner.learn(record.key(), record.value(), record.headers(), record.offset());
          records++;
          if (!isTold && System.nanoTime() - begun > UNNOTICED.toNanos()) {
            isTold = true;
            LOG.warn(
                "Model {} learns again what topic {} has from offset {} to {}: it came after the last"
                    + " checkpoint of the model",
                config.model().name(),
                log.topic(),
                from + 1,
                position);
          }
        });
    LOG.info("Learned {} records of {} again", records, log);
  }

  private void requireUndeleted(long first, long position) {
    long begin = progress.firstOffset(log);
    if (begin > first) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Model %s cannot be restored: its last checkpoint ends before offset %d of topic %s, its"
                  + " position is %d, and the topic begins at offset %d. Records in between were"
                  + " deleted. Restore that topic from a backup, or start over: run reset, or choose"
                  + " another model.name or application.",
              config.model().name(),
              first,
              log.topic(),
              position,
              begin));
    }
  }
}
