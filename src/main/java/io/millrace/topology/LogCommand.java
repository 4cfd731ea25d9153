package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.config.MillraceConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What the training log can hold beside mini-batches: that the model shall go back. It stands in
 * the log because the log's one order is what a model is made of: every reader of it, a replay too,
 * goes back at the same place.
 */
public final class LogCommand {
  /** The header that tells a command from a mini-batch; its value is the command. */
  static final String HEADER = "millrace.command";

  /** Go back to the snapshot that is the record's value. */
  static final String ROLLBACK = "rollback";

  private LogCommand() {}

  /**
   * The record that makes the model go back.
   *
   * @param snapshot of the version to go back to, as it was published
   */
  public static ProducerRecord<byte[], byte[]> rollback(MillraceConfig config, byte[] snapshot) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            config.topics().miniBatches(), config.model().name().getBytes(UTF_8), snapshot);
    record
        .headers()
        .add(HEADER, ROLLBACK.getBytes(UTF_8))
        .add(Mapping.HEADER, Mapping.digest(config).getBytes(UTF_8));
    return record;
  }

  /** The command of a record of the log; null where it is a mini-batch. */
  static @Nullable String of(Headers headers) {
    Header command = headers.lastHeader(HEADER);
    return command == null ? null : new String(command.value(), UTF_8);
  }
}
