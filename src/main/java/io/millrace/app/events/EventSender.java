package io.millrace.app.events;

import io.millrace.app.kafka.KafkaClients;
import io.millrace.app.kafka.KafkaFailure;
import io.millrace.app.process.ExitException;
import io.millrace.config.MillraceConfig;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** Sends events to the examples topic, at a steady rate if one is given. */
public final class EventSender implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(3);

  /** After a longer pause, the sender does not catch up with a burst of events. */
  private static final Duration CATCH_UP = Duration.ofMillis(100);

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final @Nullable Rate rate;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private long turn = System.nanoTime();
  private final AtomicLong firstFailed = new AtomicLong(Long.MAX_VALUE);
  private long sent;

  public EventSender(MillraceConfig config, @Nullable Rate rate) {
    this.producer = new KafkaClients(config).producer("feed");
    this.topic = config.topics().examples();
    this.rate = rate;
  }

  /** The events handed to Kafka so far. */
  public long sent() {
    return sent;
  }

  /**
   * The number of events that Kafka has confirmed without a gap from the first. Kafka may have more
   * events after a gap. Exact after a flush or close.
   */
  public long delivered() {
    return Math.min(sent, firstFailed.get());
  }

  /**
   * Sends one event at its time.
   *
   * @throws ExitException when Kafka refused this event or an earlier one
   */
  public void send(byte[] value) {
    awaitTurn();
    long number = sent;
    try {
      var unused =
          producer.send(new ProducerRecord<>(topic, value), (metadata, e) -> keep(number, e));
    } catch (InterruptException e) {
      throw e; // the event was not sent
    } catch (KafkaException e) {
      keep(number, e);
    }
    throwIfFailed();
    sent++;
  }

  private void awaitTurn() {
    if (rate == null) {
      return;
    }
    long interval = (long) Math.ceil(1e9 / rate.perSecond());
    turn = Math.max(turn + interval, System.nanoTime() - CATCH_UP.toNanos());
    for (long wait = turn - System.nanoTime();
        wait > 0 && !Thread.currentThread().isInterrupted();
        wait = turn - System.nanoTime()) {
      LockSupport.parkNanos(wait);
    }
  }

  private void keep(long number, @Nullable Exception e) {
    if (e != null) {
      firstFailed.accumulateAndGet(number, Math::min);
      failure.compareAndSet(null, e);
    }
  }

  /**
   * Checks the events that Kafka has answered so far.
   *
   * @throws ExitException when Kafka refused one
   */
  public void throwIfFailed() {
    Exception e = failure.get();
    if (e != null) {
      throw ExitException.failure(
          String.format(
              Locale.ROOT, "Sending to topic %s failed: %s", topic, KafkaFailure.describe(e)),
          e);
    }
  }

  /** Waits until Kafka has everything. */
  public void flush() {
    producer.flush();
    throwIfFailed();
  }

  /** Waits some seconds for Kafka's answers. Events without an answer have failed. */
  @Override
  public void close() {
    producer.close(CLOSE);
  }
}
