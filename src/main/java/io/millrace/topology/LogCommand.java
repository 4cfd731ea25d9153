package io.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.config.MillraceConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A command in the training log: roll the model back. It is part of the log so that every reader,
 * also a replay, performs the rollback at the same place in the order of updates.
 */
public final class LogCommand {
  /** The header that tells a command from a mini-batch; its value is the command. */
  static final String HEADER = "millrace.command";

  /** Roll back to the snapshot in the record's value. */
  static final String ROLLBACK = "rollback";

  private LogCommand() {}

  /**
   * Makes the record of a rollback.
   *
   * @param snapshot the published snapshot of the version to roll back to
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

  /** The command of a record of the log; null if the record is a mini-batch. */
  static @Nullable String of(Headers headers) {
    Header command = headers.lastHeader(HEADER);
    return command == null ? null : new String(command.value(), UTF_8);
  }
}
