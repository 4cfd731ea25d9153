package io.millrace.app.show;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.app.kafka.KafkaClients;
import io.millrace.app.kafka.KafkaFailure;
import io.millrace.codec.FormatException;
import io.millrace.codec.published.CostCodec;
import io.millrace.config.MillraceConfig;
import io.millrace.web.CostHistory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the committed costs and dead letters in a separate thread. So the figures are those that
 * any reader of the topics sees, whichever instance trains. It begins before the end of the topics,
 * so that the history survives a restart.
 */
public final class TopicFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration CLOSE = Duration.ofSeconds(2);

  /** Twice the number that is shown, because transaction markers use offsets, too. */
  private static final long COSTS_BACK = 2L * CostHistory.CAPACITY;

  private static final long DEAD_LETTERS_BACK = 200_000;

  private final String costs;
  private final byte[] modelName;
  private final LearnerBoard board;
  private final Consumer<byte[], byte[]> consumer;
  private final Thread thread;
  private final EarlierCosts earlier;
  private volatile boolean closing;

  private TopicFollower(MillraceConfig config, LearnerBoard board) {
    this.costs = config.topics().costs();
    this.modelName = config.model().name().getBytes(UTF_8);
    this.board = board;
    this.consumer = new KafkaClients(config).reader("board");
    this.thread = new Thread(this::follow, "board");
    thread.setDaemon(true);
    consumer.assign(
        Stream.of(costs, config.topics().deadLetters())
            .flatMap(topic -> KafkaClients.partitions(consumer, topic).stream())
            .toList());
    this.earlier = EarlierCosts.start(config, seek(), board.costs());
  }

  /** Seeks to the start. Returns the older offsets of the costs that it skips. */
  private Map<TopicPartition, EarlierCosts.Stretch> seek() {
    Map<TopicPartition, EarlierCosts.Stretch> leftOut = new HashMap<>();
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(consumer.assignment());
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    begins.forEach(
        (partition, begin) -> {
          long end = ends.getOrDefault(partition, begin);
          boolean isCosts = partition.topic().equals(costs);
          long start = Math.max(begin, end - (isCosts ? COSTS_BACK : DEAD_LETTERS_BACK));
          if (start > begin) {
            if (isCosts) {
              leftOut.put(partition, new EarlierCosts.Stretch(begin, start));
            } else {
              board.deadLetters().incomplete();
            }
          }
          consumer.seek(partition, start);
        });
    return leftOut;
  }

  /** Starts following; the topics must exist. */
  public static TopicFollower start(MillraceConfig config, LearnerBoard board) {
    TopicFollower follower = new TopicFollower(config, board);
    follower.thread.start();
    return follower;
  }

  private void follow() {
    boolean told = false;
    while (!closing) {
      try {
        consumer.poll(POLL).forEach(this::read);
        told = false;
      } catch (WakeupException e) {
        return;
      } catch (KafkaException e) {
        if (!told) {
          LOG.warn("Cannot read the progress: {}", KafkaFailure.describe(e));
        }
        if (KafkaFailure.isLasting(e)) {
          return; // asking again would not help, and the learner continues without it
        }
        told = true;
        LockSupport.parkNanos(POLL.toNanos());
      }
    }
  }

  private void read(ConsumerRecord<byte[], byte[]> record) {
    if (!record.topic().equals(costs)) {
      board.deadLetters().add(record);
    } else if (Arrays.equals(record.key(), modelName) && record.value() != null) {
      try {
        board.add(CostCodec.decode(record.value()), record.value());
      } catch (FormatException e) {
        LOG.warn("Skipped a record of topic {}: {}", costs, e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    earlier.close();
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    consumer.close(CloseOptions.timeout(CLOSE));
  }
}
