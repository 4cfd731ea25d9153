package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.example.Rejection;
import java.util.Locale;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters: the unchanged record, with headers that give the reason and the source.
 *
 * <p>Kafka's own dead letters (KIP-1034) have the class and the stack trace of an exception in
 * their headers. These have a reason code and a sentence. They are part of the same transaction.
 */
public final class DeadLetters {
  /** The header with the code of the {@link io.millrace.example.Reason}. */
  public static final String REASON = "millrace.reason";

  /** The header with a sentence that names the field and the value. */
  public static final String DETAIL = "millrace.detail";

  /** The header with the topic that the record came from. */
  public static final String TOPIC = "millrace.topic";

  /** The header with its partition there. */
  public static final String PARTITION = "millrace.partition";

  /** The header with its offset there. */
  public static final String OFFSET = "millrace.offset";

  /** The header with its timestamp there, in milliseconds. */
  public static final String TIMESTAMP = "millrace.timestamp";

  /** The most bytes that a record has around its key, value and headers. */
  private static final int ENVELOPE = 256;

  private static final byte[] NOTHING = {};

  private final ProcessorContext<?, ?> context;
  private final int largest;

  /**
   * The dead letters of one task.
   *
   * @param context the task's
   * @param largest the largest record that the topic accepts, in bytes
   */
  public DeadLetters(ProcessorContext<?, ?> context, int largest) {
    this.context = context;
    this.largest = largest;
  }

  /**
   * The dead letter of the current record of the task. If it is too large for the topic, its value
   * is omitted, and if necessary its key and headers, too. The detail then says so.
   */
  public Record<byte[], byte[]> of(Record<byte[], byte[]> record, Rejection why) {
    return of(record, record.timestamp(), why);
  }

  /**
   * The same, of a record that came with another time than Kafka Streams has it.
   *
   * @param time the time that it came with, in milliseconds
   */
  public Record<byte[], byte[]> of(Record<byte[], byte[]> record, long time, Rejection why) {
    RecordMetadata source = context.recordMetadata().orElseThrow();
    return of(record, time, why, source.topic(), source.partition(), source.offset());
  }

  /** The dead letter of another record. */
  public Record<byte[], byte[]> of(
      Record<byte[], byte[]> record, Rejection why, String topic, int partition, long offset) {
    return of(record, record.timestamp(), why, topic, partition, offset);
  }

  private Record<byte[], byte[]> of(
      Record<byte[], byte[]> record,
      long time,
      Rejection why,
      String topic,
      int partition,
      long offset) {
    Headers origin =
        new RecordHeaders()
            .add(TOPIC, text(topic))
            .add(PARTITION, text(partition))
            .add(OFFSET, text(offset))
            .add(TIMESTAMP, text(time));
    Record<byte[], byte[]> letter = explained(record, why, origin);
    if (size(letter) <= largest) {
      return letter;
    }
    Rejection leftOut =
        new Rejection(
            why.reason(),
            String.format(
                Locale.ROOT,
                "%s (value omitted: with %d bytes the record is too large for this topic)",
                why.detail(),
                size(letter)));
    letter = explained(record.withValue(NOTHING), leftOut, origin);
    return size(letter) <= largest
        ? letter
        : explained(new Record<>(NOTHING, NOTHING, record.timestamp()), leftOut, origin);
  }

  /** An upper bound of the bytes of a record. */
  public static long size(Record<byte[], byte[]> record) {
    long size = ENVELOPE + length(record.key()) + length(record.value());
    for (Header header : record.headers()) {
      // Two lengths of at most five bytes each, and the key as UTF-8.
      size += 10 + 3L * header.key().length() + length(header.value());
    }
    return size;
  }

  private static long length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private Record<byte[], byte[]> explained(
      Record<byte[], byte[]> record, Rejection why, Headers origin) {
    Headers headers =
        new RecordHeaders(record.headers())
            .add(REASON, text(why.reason().code()))
            .add(DETAIL, text(why.detail()));
    origin.forEach(headers::add);
    // The present time, not that of the event: dead letters of old events must not expire at once.
    return record.withHeaders(headers).withTimestamp(context.currentSystemTimeMs());
  }

  private static byte[] text(Object value) {
    return value.toString().getBytes(UTF_8);
  }
}
