package io.millrace.web;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;

/**
 * Records of the costs topic, as they stand there: the newest, and of the whole life of the model
 * some, spread evenly over its mini-batches however many there are. Thread-safe. What it returns is
 * shared and not to be modified.
 *
 * <p>Memory: at most {@link #CAPACITY} + {@link #MOST_SPREAD} records, some megabytes.
 */
public final class CostHistory {
  /** The newest records that are kept. */
  public static final int CAPACITY = 5_000;

  /** The most of the whole life: more than a chart is wide. */
  static final int MOST_SPREAD = 2_000;

  /** Of the newest ones, those that a whole life ends with, one after the other. */
  static final int MOST_LATEST = 1_000;

  /**
   * A record.
   *
   * @param batch the number of its mini-batch in the life of the model
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Cost(long batch, byte[] json) {}

  private final Cost[] ring = new Cost[CAPACITY];
  private long end;

  /** By batch / stride, one each. */
  private TreeMap<Long, Cost> spread = new TreeMap<>();

  private long stride = 1;
  private long last;

  /** The least mini-batch that was added; what is older must be before it. */
  private long least = Long.MAX_VALUE;

  /**
   * Adds the next record of the topic. One whose mini-batch is not after that of the last begins a
   * new life (a model that was reset), or repeats an end (at-least-once): the life so far is
   * forgotten from there on.
   */
  public synchronized void add(Cost cost) {
    if (cost.batch() <= last) {
      spread.values().removeIf(each -> each.batch() >= cost.batch());
    }
    ring[(int) (end++ % CAPACITY)] = cost;
    last = cost.batch();
    least = Math.min(least, last);
    take(cost);
  }

  /**
   * Adds records that stand before all others that were, or will be, {@linkplain #add added}; those
   * that are not of the present life of the model are passed over.
   *
   * @param older oldest first
   */
  public synchronized void addOlder(List<Cost> older) {
    Deque<Cost> ofThisLife = new ArrayDeque<>();
    long before = least;
    for (int i = older.size() - 1; i >= 0 && older.get(i).batch() < before; i--) {
      ofThisLife.addFirst(older.get(i));
      before = older.get(i).batch();
    }
    ofThisLife.forEach(this::take);
    if (last == 0 && !ofThisLife.isEmpty()) {
      last = ofThisLife.getLast().batch();
    }
  }

  private void take(Cost cost) {
    spread.putIfAbsent(cost.batch() / stride, cost);
    while (spread.size() > MOST_SPREAD) {
      stride *= 2;
      TreeMap<Long, Cost> fewer = new TreeMap<>();
      spread.values().forEach(each -> fewer.putIfAbsent(each.batch() / stride, each));
      spread = fewer;
    }
  }

  /** The number of records added so far, without older ones. */
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
      records.add(at(at).json());
    }
    return records;
  }

  private Cost at(long position) {
    return ring[(int) (position % CAPACITY)];
  }

  /**
   * The mini-batch that the whole life begins with, as far as it is known; 0 before there is one.
   */
  public synchronized long firstBatch() {
    return spread.isEmpty() ? 0 : spread.firstEntry().getValue().batch();
  }

  /**
   * The whole life of the model, each mini-batch at most once, oldest first: some of the older
   * records, and all of the latest.
   */
  synchronized List<byte[]> wholeLife() {
    Deque<byte[]> latest = new ArrayDeque<>();
    long begin = Long.MAX_VALUE;
    for (long at = end - 1; at >= Math.max(0, end - MOST_LATEST) && at(at).batch() < begin; at--) {
      begin = at(at).batch();
      latest.addFirst(at(at).json());
    }
    List<byte[]> life = new ArrayList<>();
    for (Cost each : spread.values()) {
      if (each.batch() < begin) {
        life.add(each.json());
      }
    }
    life.addAll(latest);
    return life;
  }
}
