package io.millrace.app.show;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.topology.DeadLetters;
import io.millrace.web.Status;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * The content of the dead-letters topic: the counts by reason, and the newest few. It counts every
 * record of the topic, including those of other applications. Thread-safe.
 */
public final class DeadLetterBoard {
  private static final int NEWEST = 10;
  private static final String UNKNOWN = "unknown";

  /** A limit, so that other writers with other reasons cannot fill the memory. */
  private static final int MOST_REASONS = 20;

  private final Map<String, Long> byReason = new TreeMap<>();
  private final Deque<Status.DeadLetter> newest = new ArrayDeque<>();
  private boolean complete = true;
  private long total;

  /** Marks that older records were not read. */
  synchronized void incomplete() {
    complete = false;
  }

  synchronized void add(ConsumerRecord<byte[], byte[]> record) {
    String reason = header(record, DeadLetters.REASON, UNKNOWN);
    if (byReason.size() >= MOST_REASONS && !byReason.containsKey(reason)) {
      reason = UNKNOWN;
    }
    total++;
    byReason.merge(reason, 1L, Long::sum);
    if (newest.size() == NEWEST) {
      newest.removeLast();
    }
    newest.addFirst(
        new Status.DeadLetter(
            reason,
            header(record, DeadLetters.DETAIL, ""),
            header(record, DeadLetters.TOPIC, ""),
            (int) number(header(record, DeadLetters.PARTITION, "")),
            number(header(record, DeadLetters.OFFSET, "")),
            Instant.ofEpochMilli(record.timestamp()).toString()));
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name, String absent) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null ? absent : new String(header.value(), UTF_8);
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  public synchronized long total() {
    return total;
  }

  /** The newest one; empty before there is one. */
  synchronized Optional<Status.DeadLetter> newest() {
    return Optional.ofNullable(newest.peekFirst());
  }

  synchronized Status.DeadLetters figures() {
    return new Status.DeadLetters(total, complete, new TreeMap<>(byReason), List.copyOf(newest));
  }
}
