package io.millrace.topology;

import io.millrace.codec.FormatException;
import io.millrace.codec.log.TaskState;
import io.millrace.config.MillraceConfig;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task's live object together with how far the task has consumed its source topic, committed as
 * one.
 *
 * <p>Kafka's own group offsets are not enough to count nothing twice: they expire when a learner
 * stands still for long, they can be reset by hand, and without exactly-once they lag behind the
 * state after a crash. The position in the state is the truth; a record at or before it has been
 * consumed.
 */
public final class Checkpoint {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);
  private static final long NONE = -1;
  private static final byte[] NO_OBJECT = {};

  private final LiveStore store;
  private final String key;
  private final String application;
  private final List<String> mapping;
  private final String topic;
  private final UUID source;
  private long consumedThrough = NONE;
  private boolean sourceIsNew;
  private boolean consuming;

  /**
   * The checkpoint of a task that starts.
   *
   * @param config names the live object, and says what its inputs mean
   * @param topic the name of the source topic
   * @param source its identity
   */
  Checkpoint(LiveStore store, MillraceConfig config, String topic, Uuid source) {
    this.store = store;
    this.key = config.model().name();
    this.application = config.application();
    this.mapping = Mapping.of(config.example());
    this.topic = topic;
    this.source = new UUID(source.getMostSignificantBits(), source.getLeastSignificantBits());
  }

  private Checkpoint(LiveStore store, String topic, Uuid source) {
    this.store = store;
    this.key = topic;
    this.application = "";
    this.mapping = List.of();
    this.topic = topic;
    this.source = new UUID(source.getMostSignificantBits(), source.getLeastSignificantBits());
  }

  /** The checkpoint of a task that starts and has no live object here, only a position. */
  public static Checkpoint ofPosition(LiveStore store, String topic, Uuid source) {
    Checkpoint checkpoint = new Checkpoint(store, topic, source);
    checkpoint.restore();
    checkpoint.keep(() -> NO_OBJECT);
    return checkpoint;
  }

  /**
   * The live object's bytes as of the last commit, or null where there was none.
   *
   * @throws LearnerException when its inputs or its label meant something else
   */
  byte @Nullable [] restore() {
    TaskState state = state();
    if (state == null) {
      return null;
    }
    Differences.inMapping(state.mapping(), mapping).refuse(key, application);
    sourceIsNew = !state.source().equals(source);
    consumedThrough = sourceIsNew ? NONE : state.consumedThrough();
    return state.value();
  }

  private @Nullable TaskState state() {
    try {
      byte[] committed = store.committed(key);
      return committed == null ? null : TaskState.decode(committed);
    } catch (FormatException e) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "The state %s in store %s, which is kept in the application's changelog topic, cannot be"
                  + " read: %s",
              key,
              store.name(),
              e.getMessage()),
          e);
    }
  }

  /** Whether the source topic was deleted and created again since the last commit. */
  boolean sourceIsNew() {
    return sourceIsNew;
  }

  /** Names the live object; {@code value} gives its bytes, once a commit at most. */
  void keep(Supplier<byte[]> value) {
    store.keep(key, () -> new TaskState(source, consumedThrough, mapping, value.get()).encode());
  }

  /** Says that the live object has changed. */
  void changed() {
    store.changed();
  }

  /**
   * Moves on to the next record of the source.
   *
   * @return false when it was consumed before the task started: it is to be passed over
   * @throws LearnerException when the source went back while the task was at it
   */
  public boolean moveTo(long offset) {
    if (offset > consumedThrough) {
      consumedThrough = offset;
      consuming = true;
      store.changed();
      return true;
    }
    if (consuming) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "Topic %s went back from offset %d to %d while the learner was reading it: it was"
                  + " deleted and created again, or the group's offsets were reset. Start the"
                  + " learner again.",
              topic,
              consumedThrough,
              offset));
    }
    LOG.debug("Offset {} of topic {} is in the state already", offset, topic);
    return false;
  }
}
