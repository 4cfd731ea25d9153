package io.millrace.nn;

import java.util.Arrays;

/**
 * Which slot of memory a sparse input has: an open-addressed hash table with linear probing (Knuth,
 * "The Art of Computer Programming", volume 3, 6.4, algorithms L and R), from row to slot. Beside
 * the slot an entry keeps the row's number in the mini-batch that is learned, so that one look-up a
 * non-zero finds both.
 *
 * <p>The upper bits of a row's hash choose one of up to {@link #MOST_SEGMENTS} small tables, each
 * of which grows by itself: no row ever waits for a table of all rows to be written anew.
 *
 * <p>An entry is four ints, so that none lies in two cache lines: row + 1, or {@link #FREE}; the
 * slot; the number; and one that is not used. Memory: 32 to 64 bytes a row.
 */
final class RowTable {
  static final int FREE = 0;

  /** Where slot and number are, behind the start of an entry. */
  static final int SLOT = 1;

  static final int NUMBER = 2;

  /** The most bytes a row. */
  static final int MOST_BYTES = 64;

  private static final int ENTRY = 4;
  private static final int MOST_SEGMENTS = 256;
  private static final int INPUTS_A_SEGMENT = 4096;
  private static final int FIRST_ENTRIES = 16;

  /** A free entry, never written: a segment grows before its first row. */
  private static final int[] EMPTY = new int[ENTRY];

  private final int[][] segments;
  private final int[] counts;

  /** What is left of a hash when it is shifted right by this is the number of its segment. */
  private final int shift;

  /**
   * A table without rows.
   *
   * @param inputs ns, more than any row
   */
  RowTable(int inputs) {
    int most = Math.min(MOST_SEGMENTS, Math.max(1, inputs / INPUTS_A_SEGMENT));
    int count = Integer.highestOneBit(most);
    segments = new int[count][];
    Arrays.fill(segments, EMPTY);
    counts = new int[count];
    shift = Integer.SIZE - Integer.numberOfTrailingZeros(count);
  }

  /** The finalizer of MurmurHash3 (Appleby, 2011): rows that follow each other spread. */
  static int hash(int row) {
    int hash = row * 0x9E3779B9; // not 0 for 1
    hash = (hash ^ hash >>> 16) * 0x85EBCA6B;
    hash = (hash ^ hash >>> 13) * 0xC2B2AE35;
    return hash ^ hash >>> 16;
  }

  private int number(int hash) {
    return (int) (Integer.toUnsignedLong(hash) >>> shift);
  }

  /** The entries among which a row of this hash is, or will be; live until one is added. */
  int[] segment(int hash) {
    return segments[number(hash)];
  }

  /** Where a row is in its segment, or the free entry that it would get. */
  static int find(int[] segment, int hash, int row) {
    int mask = segment.length - 1;
    int at = home(hash, mask);
    int key = row + 1;
    while (segment[at] != key && segment[at] != FREE) {
      at = at + ENTRY & mask;
    }
    return at;
  }

  private static int home(int hash, int mask) {
    return hash * ENTRY & mask;
  }

  /** The slot of a row, or -1 where it has none. Modifies nothing. */
  int slot(int row) {
    int hash = hash(row);
    int[] segment = segment(hash);
    int at = find(segment, hash, row);
    return segment[at] == FREE ? -1 : segment[at + SLOT];
  }

  /**
   * Reads where each row would be if it were alone: without a branch on what it finds, so that the
   * processor waits for many cache lines at once.
   *
   * @param rows the first count of them. Not modified.
   * @param hashes of the rows. Modified.
   * @param found what stands there: for nobody, but the reads must not be optimised away. Modified.
   */
  void preload(int[] rows, int count, int[] hashes, int[] found) {
    for (int i = 0; i < count; i++) {
      int hash = hash(rows[i]);
      int[] segment = segment(hash);
      hashes[i] = hash;
      found[i] = segment[home(hash, segment.length - 1)];
    }
  }

  /** Makes room, so that {@link #add} of a row of this hash needs no memory. */
  void reserve(int hash) {
    int number = number(hash);
    int[] old = segments[number];
    int entries = old.length / ENTRY;
    // at most half full, and never full
    if (2L * (counts[number] + 1) > entries) {
      int[] wider = new int[Math.max(FIRST_ENTRIES, 2 * entries) * ENTRY];
      for (int from = 0; from < old.length; from += ENTRY) {
        if (old[from] != FREE) {
          int row = old[from] - 1;
          System.arraycopy(old, from, wider, find(wider, hash(row), row), ENTRY);
        }
      }
      segments[number] = wider;
    }
  }

  /** Gives a slot to a row that has none, after {@link #reserve}. Returns where the entry is. */
  int add(int hash, int row, int slot) {
    int[] segment = segment(hash);
    int at = find(segment, hash, row);
    segment[at] = row + 1;
    segment[at + SLOT] = slot;
    segment[at + NUMBER] = 0;
    counts[number(hash)]++;
    return at;
  }

  /** Takes a row out that is there. */
  void remove(int row) {
    int hash = hash(row);
    int[] segment = segment(hash);
    int mask = segment.length - 1;
    int gap = find(segment, hash, row);
    // Entries behind it move up, but for those that would then be before their home.
    for (int at = gap + ENTRY & mask; segment[at] != FREE; at = at + ENTRY & mask) {
      int home = home(hash(segment[at] - 1), mask);
      if ((at - home & mask) >= (at - gap & mask)) {
        System.arraycopy(segment, at, segment, gap, ENTRY);
        gap = at;
      }
    }
    segment[gap] = FREE;
    counts[number(hash)]--;
  }
}
