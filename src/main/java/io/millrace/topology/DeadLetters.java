package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.example.Rejection;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Dead letters: the record as it came, byte for byte, with headers that say why and where from.
 *
 * <p>Our own branch instead of Kafka's (KIP-1034), whose headers hold an exception's class and
 * stack trace: these carry a reason code and a sentence, in the same transaction.
 */
final class DeadLetters {
  private DeadLetters() {}

  /** The dead letter of the record that a processor is at. */
  static Record<byte[], byte[]> of(
      Record<byte[], byte[]> record, ProcessorContext<?, ?> context, Rejection why) {
    RecordMetadata source = context.recordMetadata().orElseThrow();
    Headers headers =
        new RecordHeaders(record.headers())
            .add("millrace.reason", text(why.reason().code()))
            .add("millrace.detail", text(why.detail()))
            .add("millrace.topic", text(source.topic()))
            .add("millrace.partition", text(source.partition()))
            .add("millrace.offset", text(source.offset()))
            .add("millrace.timestamp", text(record.timestamp()));
    // Its own time, not the event's: old events must not make fresh dead letters expire.
    return record.withHeaders(headers).withTimestamp(context.currentSystemTimeMs());
  }

  private static byte[] text(Object value) {
    return value.toString().getBytes(UTF_8);
  }
}
