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
 * Dead letters: the record as it came, byte for byte, with headers that say why and where from.
 *
 * <p>Our own branch instead of Kafka's (KIP-1034), whose headers hold an exception's class and
 * stack trace: these carry a reason code and a sentence, in the same transaction.
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
   * @param largest the largest record that their topic takes, in bytes
   */
  public DeadLetters(ProcessorContext<?, ?> context, int largest) {
    this.context = context;
    this.largest = largest;
  }

  /**
   * The dead letter of the record that the task is at. One that is too large for the topic goes
   * without its value, or as a last resort without its key and headers too, and says so.
   */
  public Record<byte[], byte[]> of(Record<byte[], byte[]> record, Rejection why) {
    RecordMetadata source = context.recordMetadata().orElseThrow();
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

  /** The dead letter of another record, which came from there. */
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
                "%s (left out here, the record is too large for this topic: %d bytes)",
                why.detail(),
                size(letter)));
    letter = explained(record.withValue(NOTHING), leftOut, origin);
    return size(letter) <= largest
        ? letter
        : explained(new Record<>(NOTHING, NOTHING, record.timestamp()), leftOut, origin);
  }

  /** The bytes that a record may have, at the most. */
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
    // Its own time, not the event's: old events must not make fresh dead letters expire.
    return record.withHeaders(headers).withTimestamp(context.currentSystemTimeMs());
  }

  private static byte[] text(Object value) {
    return value.toString().getBytes(UTF_8);
  }
}
