package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Examples that keep arriving, from an idempotent producer in a thread of its own that outlives any
 * learner and waits for a broker; one of a hundred cannot be learned from. Which examples there are
 * depends on their count alone.
 */
public final class ExampleFeed implements AutoCloseable {
  private static final int BAD_EVERY = 97;
  private static final int A_MINUTE = 60_000;

  private final TestLearner learner;
  private final int partitions;
  private final int inputs;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<Future<RecordMetadata>> good = new ArrayList<>();
  private final List<Future<RecordMetadata>> bad = new ArrayList<>();
  private final Thread thread;
  private final int perSecond;
  private volatile int unit;

  private ExampleFeed(
      TestLearner learner, String bootstrapServers, int partitions, int inputs, int perSecond) {
    this.learner = learner;
    this.partitions = partitions;
    this.inputs = inputs;
    this.perSecond = perSecond;
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "delivery.timeout.ms",
                5 * A_MINUTE,
                "max.block.ms",
                5 * A_MINUTE,
                "linger.ms",
                5),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.thread = new Thread(this::feed, "feed");
    thread.setDaemon(true);
  }

  /** Starts to send, to each partition of the examples topic in turn. The topic must exist. */
  public static ExampleFeed start(
      TestLearner learner, String bootstrapServers, int partitions, int inputs, int perSecond) {
    ExampleFeed feed = new ExampleFeed(learner, bootstrapServers, partitions, inputs, perSecond);
    feed.thread.start();
    return feed;
  }

  /** An example that a network can learn something from. */
  private String example(int i) {
    SplittableRandom random = new SplittableRandom(i);
    StringJoiner features = new StringJoiner(",");
    double sum = 0;
    for (int k = 0; k < inputs; k++) {
      double x = random.nextDouble(-1, 1) * (1 + k % 5);
      sum += (k % 2 == 0 ? 1 : -1) * x;
      features.add(Double.toString(x));
    }
    return "{\"features\":[%s],\"label\":%d}".formatted(features, sum > 0 ? 1 : 0);
  }

  private void feed() {
    long start = System.nanoTime();
    for (int i = 0; unit == 0 || i % unit != 0; i++) {
      int partition = i % partitions;
      good.add(producer.send(record(partition, example(i))));
      if (i % BAD_EVERY == 0) {
        bad.add(producer.send(record(partition, "{\"features\":[%d],".formatted(i))));
      }
      if (i % 20 == 0) {
        long ahead = i * 1_000_000_000L / perSecond - (System.nanoTime() - start);
        if (ahead > 0) {
          try {
            TimeUnit.NANOSECONDS.sleep(ahead);
          } catch (InterruptedException e) {
            return;
          }
        }
      }
    }
  }

  private ProducerRecord<byte[], byte[]> record(int partition, String value) {
    return new ProducerRecord<>(learner.examples(), partition, null, value.getBytes(UTF_8));
  }

  /**
   * What was sent in all.
   *
   * @param good where the examples stand, as {@code partition/offset}
   * @param bad where the others do
   */
  public record Sent(List<String> good, List<String> bad) {}

  /** Stops at the next count of good examples that {@code unit} divides; Kafka has them all. */
  public Sent finish(int unit) {
    this.unit = unit;
    try {
      thread.join();
      producer.flush();
      return new Sent(places(good), places(bad));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("An example did not arrive", e);
    }
  }

  private static List<String> places(List<Future<RecordMetadata>> sent)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<String> places = new ArrayList<>();
    for (Future<RecordMetadata> each : sent) {
      RecordMetadata place = each.get(1, TimeUnit.MINUTES);
      places.add(place.partition() + "/" + place.offset());
    }
    return places;
  }

  @Override
  public void close() {
    thread.interrupt();
    producer.close(Duration.ZERO);
  }
}
