package io.millrace.codec.event;

import org.jspecify.annotations.Nullable;

/**
 * A place in an event where a value can stand: a field of an object or an element of an array. It
 * remembers the two {@linkplain Gap gaps} that followed its value last.
 */
final class Place {
  private static final Slot[] NONE = {};

  /** The object or array that it is in. */
  final PlaceGroup group;

  /** The position in an array; -1 where the object or array has just begun. */
  final int index;

  /** What the value becomes; none: it is skipped, or holds places that are used. */
  Slot[] slots = NONE;

  /** How many of the slots need a value. */
  int required;

  /** The places of its value where that is an object; null: it is skipped. */
  @Nullable PlaceGroup object;

  /** The places of its value where that is an array; null: it is skipped. */
  @Nullable PlaceGroup array;

  /** Whether the configuration names it, or something in it; only then does it matter twice. */
  boolean isUsed;

  /** The record that had it last, counted from 1. */
  long metIn;

  Gap likely = new Gap();
  Gap lessLikely = new Gap();

  Place(PlaceGroup group, int index) {
    this.group = group;
    this.index = index;
  }

  /** The two gaps in the other order. */
  void swap() {
    Gap gap = likely;
    likely = lessLikely;
    lessLikely = gap;
  }

  /** Takes what followed for the likeliest, in place of the one that matched longer ago. */
  void remember(byte[] b, int from, int to, Place next) {
    if (Gap.isKept(to - from) && !(group.isArray && index < 0)) { // [ may be followed by ]
      lessLikely.set(b, from, to - from, next);
      swap();
    }
  }
}
