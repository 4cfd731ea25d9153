package io.millrace.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the records of one partition that were deleted before a task read them.
 *
 * <p>Kafka deletes from the beginning of a partition only. So a gap between two offsets is a hole
 * when the partition now begins in it or right after it; else the missing offsets are those of
 * transaction markers, of aborted records, or of records that compaction removed. Transactions
 * leave many gaps: Kafka is asked once a second at most, and a gap of a single offset, the size of
 * a marker, is never taken for a hole.
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

  /** The gaps of a task without a state: it goes on where its group has committed. */
  public static SourceGaps fromCommitted(Checkpoint.Source source) {
    SourceGaps gaps = new SourceGaps(source);
    source.committed().ifPresent(next -> gaps.startAt(next, true));
    return gaps;
  }

  /**
   * Says where the task goes on, and reports what is deleted from there on.
   *
   * @param next the offset after the last one that was read
   * @param isCommitted whether the group has committed it; else it may be that of a marker
   */
  void startAt(long next, boolean isCommitted) {
    long first = firstOffset();
    this.next = Math.max(next, first);
    if (first - next > (isCommitted ? 0 : 1)) {
      source.holes().accept(first - next);
    }
  }

  /** Moves on to a record, and reports what was deleted before it. */
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
