package io.millrace.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the records of one partition that were deleted before a task read them.
 *
 * <p>Kafka deletes from the beginning of a partition only. So a gap between two offsets means
 * deleted records if the partition now begins in the gap or right after it. Otherwise the missing
 * offsets are transaction markers, aborted records, or records that compaction removed. Because
 * transactions leave many gaps, Kafka is asked once per second at most. A gap of a single offset,
 * the size of a marker, never counts as deleted records.
 */
public final class SourceGaps {
  private static final long EVERY = Duration.ofSeconds(1).toNanos();
  private static final long UNKNOWN = -1;

  private final Checkpoint.Source source;
  private final List<Gap> unchecked = new ArrayList<>();
  private long next = UNKNOWN;
  private long checkedAt = System.nanoTime() - EVERY;

  private record Gap(long from, long to) {}

  SourceGaps(Checkpoint.Source source) {
    this.source = source;
  }

  /** The gaps of a task without a state: it continues at the committed offset of its group. */
  public static SourceGaps fromCommitted(Checkpoint.Source source) {
    SourceGaps gaps = new SourceGaps(source);
    source.committed().ifPresent(next -> gaps.startAt(next, true));
    return gaps;
  }

  /**
   * Sets the offset at which the task continues, and reports deleted records from there on.
   *
   * @param next the offset after the last one that was read
   * @param isCommitted whether the group has committed this offset; otherwise it may be that of a
   *     marker
   */
  void startAt(long next, boolean isCommitted) {
    long first = firstOffset();
    this.next = Math.max(next, first);
    if (first - next > (isCommitted ? 0 : 1)) {
      source.holes().accept(first - next);
    }
  }

  /** Advances to a record, and reports deleted records before it. */
  public void moveTo(long offset) {
    if (next != UNKNOWN && offset > next + 1) {
      unchecked.add(new Gap(next, offset));
    }
    next = offset + 1;
    if (!unchecked.isEmpty() && System.nanoTime() - checkedAt >= EVERY) {
      check();
    }
  }

  private void check() {
    long first = firstOffset();
    checkedAt = System.nanoTime();
    long deleted =
        unchecked.stream()
            .filter(gap -> gap.from < first && first <= gap.to)
            .mapToLong(gap -> first - gap.from)
            .sum();
    unchecked.clear();
    if (deleted > 0) {
      source.holes().accept(deleted);
    }
  }

  private long firstOffset() {
    return source.progress().firstOffset(source.partition());
  }
}
