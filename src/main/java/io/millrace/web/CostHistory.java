package io.millrace.web;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;

/**
 * Records of the costs topic, unchanged: the newest, and an even sample of the whole life of the
 * model. Thread-safe. What it returns is shared. Do not modify it.
 *
 * <p>Memory: at most {@link #CAPACITY} + {@link #MOST_SPREAD} records, some megabytes.
 */
public final class CostHistory {
  /** The newest records that are kept. */
  public static final int CAPACITY = 5_000;

  /** The limit of the sample: more points than a chart has pixels. */
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

  /** The lowest mini-batch that was added. Older records must be before it. */
  private long least = Long.MAX_VALUE;

  /**
   * Adds the next record of the topic. If its mini-batch is not after the last one, a new model has
   * begun (after a reset) or records are repeated (at-least-once): the history from there on is
   * dropped.
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
   * Adds records that are older than all {@linkplain #add added} ones. It skips those of an earlier
   * model.
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

  /** The records after the first {@code position} ones, if they are kept, oldest first. */
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

  /** The first known mini-batch of the model; 0 if there is none. */
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
