package io.millrace.learn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a model's past beside the model: which of its snapshots are kept, and where it
 * went back last.
 *
 * @param kept the versions of the snapshots that are kept, in the order in which they were
 *     published
 * @param rollback the last one, where there was any
 */
public record History(List<Long> kept, Optional<Rollback> rollback) {
  /** Of a model at the start of its life. */
  public static final History NONE = new History(List.of(), Optional.empty());

  public History {
    kept = List.copyOf(kept);
  }

  /** With one more snapshot that is kept; one that is kept already stays where it is. */
  public History with(long version) {
    if (kept.contains(version)) {
      return this;
    }
    List<Long> more = new ArrayList<>(kept);
    more.add(version);
    return new History(more, rollback);
  }

  /** With the newest snapshots only. */
  public History newest(int count) {
    return new History(kept.subList(Math.max(0, kept.size() - count), kept.size()), rollback);
  }

  /** With a rollback. */
  public History with(Rollback last) {
    return new History(kept, Optional.of(last));
  }
}
