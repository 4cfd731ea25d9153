package io.millrace.web;

import java.util.ArrayList;
import java.util.List;

/**
 * The newest records of the costs topic, as they stand there. Thread-safe. What it returns is
 * shared and not to be modified.
 */
public final class CostHistory {
  /** What is kept: some megabytes. */
  public static final int CAPACITY = 5_000;

  private final byte[][] ring = new byte[CAPACITY][];
  private long end;

  /** Adds the next record. */
  public synchronized void add(byte[] json) {
    ring[(int) (end++ % CAPACITY)] = json;
  }

  /** The number of records added so far. */
  synchronized long end() {
    return end;
  }

  /** The newest records, oldest first, {@code most} at the most. */
  synchronized List<byte[]> newest(int most) {
    return since(Math.max(0, end - most));
  }

  /** The records after the first {@code position} ones, as far as they are kept, oldest first. */
  synchronized List<byte[]> since(long position) {
    List<byte[]> records = new ArrayList<>();
    for (long at = Math.max(position, end - CAPACITY); at < end; at++) {
      records.add(ring[(int) (at % CAPACITY)]);
    }
    return records;
  }
}
