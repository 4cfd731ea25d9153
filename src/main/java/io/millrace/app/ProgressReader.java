package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.codec.CostCodec;
import io.millrace.codec.FormatException;
import io.millrace.config.MillraceConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the costs and the dead letters as they are committed, from now on, in a thread of its
 * own: what is shown is what any other reader of the topics sees, whichever instance trains.
 */
final class ProgressReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressReader.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final String costs;
  private final byte[] modelName;
  private final Progress progress;
  private final Consumer<byte[], byte[]> consumer;
  private final Thread thread;
  private volatile boolean closing;

  private ProgressReader(MillraceConfig config, Progress progress) {
    this.costs = config.topics().costs();
    this.modelName = config.model().name().getBytes(UTF_8);
    this.progress = progress;
    this.consumer = new KafkaClients(config).reader("progress");
    this.thread = new Thread(this::follow, "progress");
    thread.setDaemon(true);
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : List.of(costs, config.topics().deadLetters())) {
      consumer.partitionsFor(topic).stream()
          .map(info -> new TopicPartition(topic, info.partition()))
          .forEach(partitions::add);
    }
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position); // now, not at the first poll
  }

  /** Starts following; the topics must exist. */
  static ProgressReader start(MillraceConfig config, Progress progress) {
    ProgressReader reader = new ProgressReader(config, progress);
    reader.thread.start();
    return reader;
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
          LOG.warn("The progress cannot be read at the moment: {}", e.getMessage());
        }
        told = true;
        LockSupport.parkNanos(POLL.toNanos());
      }
    }
  }

  private void read(ConsumerRecord<byte[], byte[]> record) {
    if (!record.topic().equals(costs)) {
      progress.addDeadLetter();
    } else if (Arrays.equals(record.key(), modelName)) {
      try {
        progress.add(CostCodec.decode(record.value()));
      } catch (FormatException e) {
        LOG.warn("A record of topic {} was passed over: {}", costs, e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    consumer.close(CloseOptions.timeout(CLOSE));
  }
}
