package io.millrace.learn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The past of a model: which of its snapshots are kept, and its last rollback.
 *
 * @param kept the versions of the snapshots that are kept, in the order in which they were
 *     published
 * @param rollback the last rollback, if there was one
 */
public record History(List<Long> kept, Optional<Rollback> rollback) {
  /** The history of a new model. */
  public static final History NONE = new History(List.of(), Optional.empty());

  public History {
    kept = List.copyOf(kept);
  }

  /** Adds a kept snapshot. One that is already kept stays at its place. */
  public History with(long version) {
    if (kept.contains(version)) {
      return this;
    }
    List<Long> more = new ArrayList<>(kept);
    more.add(version);
    return new History(more, rollback);
  }

  /** Keeps only the newest snapshots. */
  public History newest(int count) {
    return new History(kept.subList(Math.max(0, kept.size() - count), kept.size()), rollback);
  }

  /** Adds a rollback. */
  public History with(Rollback last) {
    return new History(kept, Optional.of(last));
  }
}
