package io.millrace.learn.quality;

import java.util.Locale;

/**
 * The figures and the marks of the last examples, and their tally.
 *
 * <p>The sums are not kept up by adding what comes and subtracting what goes, which would let
 * rounding errors pile up and would make them depend on what is long gone: they are sums of the
 * sums of blocks, of which only those with a new example are added up anew. The blocks are about as
 * many as the examples in one, so that a mini-batch of m examples costs m + 2 sqrt(window)
 * additions a figure.
 *
 * <p>Memory: 4 bytes a figure and 2 the marks, for each example of the window. Mutable, and not
 * safe for several threads.
 */
final class SlidingWindow {
  private final int length;
  private final boolean isMarked;

  /** By figure; each a ring of examples. */
  private final float[][] figures;

  private final char[] marks;
  private final QualitySums tally;

  /** Where the next example goes. */
  private int head;

  // The sums of blocks of 2^shift places of the ring, by figure; the newest examples are not in
  private final int shift;
  private final double[][] blocks;
  private int unsummed;

  /**
   * An empty window.
   *
   * @param length the most examples in it, at least 1
   * @param figures of an example
   * @param isMarked whether examples have marks
   * @param isScored whether their marks hold a score
   */
  SlidingWindow(int length, int figures, boolean isMarked, boolean isScored) {
    this.length = length;
    this.isMarked = isMarked;
    this.figures = new float[figures][length];
    this.marks = new char[isMarked ? length : 0];
    this.tally = new QualitySums(figures, isScored);
    this.shift = (Integer.SIZE - Integer.numberOfLeadingZeros(length - 1)) / 2;
    this.blocks = new double[figures][((length - 1) >> shift) + 1];
  }

  int length() {
    return length;
  }

  /** The tally of the examples in the window; its sums are as of the last {@link #sum}. */
  QualitySums tally() {
    return tally;
  }

  /**
   * Takes examples, and drops the oldest ones when the window is full.
   *
   * @param scores their marks and figures, these within the range of float32. Not modified.
   * @param number how many
   */
  void add(BatchScores scores, int number) {
    int from = Math.max(0, number - length); // those before would be dropped at once
    head = (head + from) % length;
    unsummed = Math.min(length, unsummed + number);
    while (from < number) {
      int run = Math.min(number - from, length - head);
      place(scores, from, run);
      head = (head + run) % length;
      from += run;
    }
  }

  /** Puts examples into the places from head on, all before the end of the ring. */
  private void place(BatchScores scores, int from, int run) {
    long dropped = Math.max(0, tally.examples() + run - length);
    for (int at = head; at < head + dropped; at++) {
      tally.count(isMarked ? marks[at] : 0, -1);
    }
    for (int i = 0; i < run; i++) {
      tally.count(scores.marks[from + i], 1);
    }
    if (isMarked) {
      for (int i = 0; i < run; i++) {
        marks[head + i] = (char) scores.marks[from + i];
      }
    }
    for (int figure = 0; figure < figures.length; figure++) {
      float[] to = figures[figure];
      double[] values = scores.figures[figure];
      for (int i = 0; i < run; i++) {
        to[head + i] = (float) values[from + i];
      }
    }
  }

  /** Brings the sums of the tally up to date. */
  void sum() {
    if (unsummed > 0) {
      int from = head - unsummed;
      if (from < 0) {
        sumBlocks(from + length, length);
        from = 0;
      }
      sumBlocks(from, head);
      for (int figure = 0; figure < figures.length; figure++) {
        double sum = 0;
        for (double block : blocks[figure]) {
          sum += block;
        }
        tally.sums()[figure] = sum;
      }
      unsummed = 0;
    }
  }

  /** Adds up the blocks that the places [from, to) are in. */
  private void sumBlocks(int from, int to) {
    if (from == to) {
      return;
    }
    for (int figure = 0; figure < figures.length; figure++) {
      float[] values = figures[figure];
      for (int block = from >> shift; block <= (to - 1) >> shift; block++) {
        int end = Math.min((block + 1) << shift, length);
        double sum = 0;
        for (int at = block << shift; at < end; at++) {
          sum += values[at];
        }
        blocks[figure][block] = sum;
      }
    }
  }

  /** A window of another length with the newest of these examples. */
  SlidingWindow resized(int newLength) {
    SlidingWindow resized =
        new SlidingWindow(newLength, figures.length, isMarked, tally.isScored());
    int kept = (int) Math.min(tally.examples(), newLength);
    BatchScores newest = new BatchScores(figures.length);
    newest.fit(kept);
    for (int i = 0; i < kept; i++) {
      int at = Math.floorMod(head - kept + i, length);
      newest.marks[i] = isMarked ? marks[at] : 0;
      for (int figure = 0; figure < figures.length; figure++) {
        newest.figures[figure][i] = figures[figure][at];
      }
    }
    resized.add(newest, kept);
    resized.sum();
    return resized;
  }

  /** Writes or reads it; what is read must be new. */
  void transfer(StateFields fields) {
    long examples = fields.count(tally.examples());
    long place = fields.count(head);
    if (examples > length || place >= length || (examples < length && place != examples)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "window: expected at most %d examples, found %d, the next at %d",
              length,
              examples,
              place));
    }
    int filled = (int) examples;
    for (float[] values : figures) {
      fields.float32(values, 0, filled);
    }
    fields.uint16(marks, 0, isMarked ? filled : 0);
    if (tally.examples() == 0 && filled > 0) {
      takeUp(filled, (int) place);
    }
  }

  private void takeUp(int filled, int place) {
    for (int at = 0; at < filled; at++) {
      tally.count(isMarked ? QualitySums.requireMarks(marks[at]) : 0, 1);
    }
    head = place;
    unsummed = length;
    sum();
  }
}
