package io.millrace.topology;

import io.millrace.codec.FormatException;
import io.millrace.codec.log.TaskState;
import io.millrace.config.MillraceConfig;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task's live object and the position of the task in its source topic, committed together.
 *
 * <p>Kafka's group offsets alone cannot prevent counting a record twice: they expire if a learner
 * stops for long, they can be reset by hand, and without exactly-once they lag behind the state
 * after a crash. So the position in the state decides: a record at or before it was consumed.
 */
public final class Checkpoint {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);
  private static final long NONE = -1;
  private static final byte[] NO_OBJECT = {};

  private final LiveStore store;
  private final String key;
  private final String application;
  private final List<String> mapping;
  private final Source source;
  private final String wayOut;
  private final UUID identity;
  private final SourceGaps gaps;
  private long consumedThrough = NONE;
  private boolean changed;
  private boolean sourceIsNew;
  private boolean consuming;

  /**
   * What a task reads.
   *
   * @param partition of the source topic
   * @param identity of the source topic
   * @param group the consumer group of the task
   * @param progress the progress of the group, from Kafka
   * @param holes told how many records were deleted before they were read
   */
  public record Source(
      TopicPartition partition,
      Uuid identity,
      String group,
      KafkaProgress progress,
      LongConsumer holes) {

    /** The offset that a task of the group has committed. */
    OptionalLong committed() {
      return progress.committed(group, partition);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "topic %s, partition %d", partition.topic(), partition.partition());
    }
  }

  /**
   * Decides whether the state of a task is lost: it has none, but something else shows that it had
   * one.
   */
  @FunctionalInterface
  interface LostState {
    /**
     * Whether the state is lost.
     *
     * @param storeIsEmpty no model has a state in this store
     * @param committed the offset that a task of the group has committed
     */
    boolean isLost(boolean storeIsEmpty, OptionalLong committed);
  }

  /**
   * The checkpoint of a task that starts.
   *
   * @param config names the live object, and says what its inputs mean
   */
  Checkpoint(LiveStore store, MillraceConfig config, Source source) {
    this(
        store,
        config.model().name(),
        config.application(),
        Mapping.of(config.example()),
        source,
        ", or start over: run reset, or choose another model.name or application.");
  }

  private Checkpoint(
      LiveStore store,
      String key,
      String application,
      List<String> mapping,
      Source source,
      String wayOut) {
    Uuid id = source.identity();
    this.store = store;
    this.key = key;
    this.application = application;
    this.mapping = mapping;
    this.source = source;
    this.wayOut = wayOut;
    this.identity = new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    this.gaps = new SourceGaps(source);
  }

  /**
   * The checkpoint of a task that starts and has no live object here, only a position.
   *
   * @param hasRun whether the group has committed such positions before
   * @throws LearnerException when the position is lost, and with it the events or labels that wait
   */
  public static Checkpoint ofPosition(LiveStore store, Source source, boolean hasRun) {
    Checkpoint checkpoint =
        new Checkpoint(
            store,
            source.partition().topic(),
            source.group(),
            List.of(),
            source,
            ", or set the offsets of the group by hand (kafka-consumer-groups --reset-offsets"
                + " --to-current). Events and labels that wait for each other are then lost.");
    boolean isNew =
        checkpoint.restore((storeIsEmpty, committed) -> hasRun && committed.isPresent()) == null;
    checkpoint.keep(() -> NO_OBJECT);
    if (isNew) {
      checkpoint.beginAtCommitted();
    }
    return checkpoint;
  }

  /** A group that only predicted before has no such positions, and continues at its offsets. */
  private void beginAtCommitted() {
    source
        .committed()
        .ifPresent(
            next -> {
              consumedThrough = next - 1;
              gaps.startAt(next, true);
              changed = true;
            });
  }

  /**
   * The live object's bytes as of the last commit, or null where there was none.
   *
   * @throws LearnerException when the state is lost, is older than what the group has committed, or
   *     when its inputs or its label meant something else
   */
  byte @Nullable [] restore(LostState lost) {
    TaskState state = state();
    OptionalLong committed = source.committed();
    if (state == null) {
      if (lost.isLost(store.isEmpty(), committed)) {
        throw lost(committed);
      }
      return null;
    }
    Mismatches.inMapping(state.mapping(), mapping).refuse(key, application);
    sourceIsNew = !state.source().equals(identity);
    if (!sourceIsNew) {
      consumedThrough = state.consumedThrough();
      goOn(committed);
    }
    return state.value();
  }

  private void goOn(OptionalLong committed) {
    long next = Math.max(consumedThrough + 1, committed.orElse(NONE));
    if (next > consumedThrough + 1
        && hasRecords(consumedThrough, next)
        && !isReadByAnotherModel(next)) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "The state in topic %s is older than the position of application %s: it ends at offset"
                  + " %d of %s, and the application has read up to offset %d. Restore that topic"
                  + " from a backup%s",
              changelog(),
              source.group(),
              consumedThrough,
              source,
              next - 1,
              wayOut));
    }
    if (next == 0) {
      return; // nothing was read yet: the deleted records are not missed
    }
    gaps.startAt(next, committed.isPresent());
  }

  private boolean hasRecords(long after, long next) {
    return source.progress().hasRecords(source.partition(), after + 1, next);
  }

  /**
   * A new model of the application does not learn the examples that the earlier model has learned.
   */
  private boolean isReadByAnotherModel(long next) {
    return store.committedBesides(key).stream()
        .map(TaskState::decode)
        .anyMatch(
            other -> other.source().equals(identity) && !hasRecords(other.consumedThrough(), next));
  }

  private LearnerException lost(OptionalLong committed) {
    return new LearnerException(
        String.format(
            Locale.ROOT,
            "The state of application %s in topic %s is missing, but %s. Restore that topic from a backup%s",
            source.group(),
            changelog(),
            committed.isPresent()
                ? String.format(
                    Locale.ROOT,
                    "the application has read %s up to offset %d",
                    source,
                    committed.getAsLong() - 1)
                : String.format(Locale.ROOT, "model %s was published by this application", key),
            wayOut));
  }

  private String changelog() {
    return LearnerTopology.changelog(source.group(), store.name());
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
    store.keep(
        key,
        () -> changed,
        () -> {
          changed = false;
          return new TaskState(identity, consumedThrough, mapping, value.get()).encode();
        });
  }

  /** Whether there is something to commit. */
  boolean isChanged() {
    return changed;
  }

  /** The offset of the last record of the source that is in the state, -1 for none. */
  long consumedThrough() {
    return consumedThrough;
  }

  /** Goes on behind a record that another part of the state has seen already. */
  void goOnBehind(long offset) {
    consumedThrough = Math.max(consumedThrough, offset);
  }

  /** Whether the state is in its changelog topic, or being written to it. */
  boolean isWritten() {
    return store.isWritten();
  }

  /** Says that the live object has changed. */
  void changed() {
    changed = true;
  }

  /**
   * Advances to the next record of the source.
   *
   * @return false if the record was consumed before the task started: the caller skips it
   * @throws LearnerException when the offset of the source fell while the task was reading it
   */
  public boolean moveTo(long offset) {
    if (offset > consumedThrough) {
      gaps.moveTo(offset);
      consumedThrough = offset;
      consuming = true;
      changed = true;
      return true;
    }
    if (consuming) {
      throw new LearnerException(
          String.format(
              Locale.ROOT,
              "The offset of topic %s fell from %d to %d while the learner was reading it: the topic"
                  + " was deleted and created again, or the offsets of the group were reset. Start the"
                  + " learner again.",
              source.partition().topic(),
              consumedThrough,
              offset));
    }
    LOG.debug("Offset {} of {} is in the state already", offset, source);
    return false;
  }
}
