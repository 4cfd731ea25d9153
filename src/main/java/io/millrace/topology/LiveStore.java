package io.millrace.topology;

import io.millrace.codec.FormatException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the live objects of a task: on the heap while it works, written to a logged in-memory store
 * when Kafka Streams commits and they are due.
 *
 * <p>A put for each change would cost several times the rest of the pipeline. {@link
 * StateStore#commit} is too late: Kafka Streams calls it after the transaction has ended, so that a
 * crash would lose the state. {@link CachedStateStore#flushCache()} is called before the offsets
 * are sent, inside the transaction. It is an internal interface of Kafka Streams; this class alone
 * knows it, and the crash test guards it.
 *
 * <p>Kafka Streams gives a record of the changelog the time of the record that the task is at. That
 * is somebody else's, and one that the changelog refuses would stop the task at every start: here
 * it is the time of the write.
 *
 * <p>A value is cut into pieces below the broker's default record limit. It is written to the two
 * slots in turn, and its head last: after a crash without exactly-once the head still names pieces
 * of one value.
 */
public final class LiveStore implements StateStore, CachedStateStore<byte[], byte[]> {
  private static final int PIECE = 500_000;

  /** The largest record of the changelog: a piece, its key, and what is around them. */
  public static final int LARGEST_RECORD = PIECE + 1_024;

  private static final int HEAD_BYTES = 2 * Integer.BYTES;

  /** Stands between the name of a model and that of another live object of it. */
  private static final String PART = "\0";

  private final KeyValueStore<String, byte[]> inner;
  private @Nullable InternalProcessorContext<?, ?> context;
  private final List<LiveObject> kept = new ArrayList<>();
  private final Map<String, Integer> slots = new HashMap<>();
  private boolean written;

  private record LiveObject(String key, BooleanSupplier isDue, Supplier<byte[]> value) {}

  LiveStore(KeyValueStore<String, byte[]> inner) {
    this.inner = inner;
  }

  /**
   * The value that was committed last.
   *
   * @param key its name, which must be the same after a restart
   * @return null where there is none
   */
  byte @Nullable [] committed(String key) {
    byte[] head = inner.get(key);
    if (head == null) {
      return null;
    }
    Head last = Head.of(head);
    slots.put(key, last.slot);
    written = true;
    return pieces(key, last);
  }

  /** The name of a live object that a model has beside the one under its own name. */
  static String part(String model, String part) {
    return model + PART + part;
  }

  /** The values that were committed last under other models' names, as far as they can be read. */
  List<byte[]> committedBesides(String key) {
    List<byte[]> values = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> entries = inner.all()) {
      while (entries.hasNext()) {
        KeyValue<String, byte[]> entry = entries.next();
        if (!entry.key.equals(key)
            && !entry.key.contains(PART)
            && entry.value.length == HEAD_BYTES) {
          try {
            values.add(pieces(entry.key, Head.of(entry.value)));
          } catch (FormatException e) {
            // A piece that is as short as a head, or a value that is not whole.
          }
        }
      }
    }
    return values;
  }

  private record Head(int slot, int length) {
    static Head of(byte[] bytes) {
      if (bytes.length != HEAD_BYTES) {
        throw new FormatException(
            String.format(
                Locale.ROOT,
                "its head has %d bytes, this Millrace reads %d",
                bytes.length,
                HEAD_BYTES));
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      Head head = new Head(buffer.getInt(), buffer.getInt());
      if (head.slot < 0 || head.slot > 1 || head.length < 0) {
        throw new FormatException(
            String.format(
                Locale.ROOT, "its head cannot be: slot %d, %d bytes", head.slot, head.length));
      }
      return head;
    }
  }

  /** The value, after a check that all its pieces exist: a wrong length must not cost memory. */
  private byte[] pieces(String key, Head head) {
    int length = head.length;
    for (int at = 0; at < length; at += PIECE) {
      byte[] piece = inner.get(pieceKey(key, head.slot, at / PIECE));
      if (piece == null || piece.length != Math.min(PIECE, length - at)) {
        throw new FormatException(
            String.format(Locale.ROOT, "it is incomplete at byte %d of %d", at, length));
      }
    }
    byte[] bytes = new byte[length];
    for (int at = 0; at < length; at += PIECE) {
      byte[] piece = inner.get(pieceKey(key, head.slot, at / PIECE));
      System.arraycopy(piece, 0, bytes, at, piece.length);
    }
    return bytes;
  }

  /**
   * Adds a live object, or replaces it. Of several, the one that was added first is written first.
   *
   * @param isDue whether it is to be written, asked at every commit
   * @param value gives its bytes, once a commit at most, on the task's thread
   */
  void keep(String key, BooleanSupplier isDue, Supplier<byte[]> value) {
    kept.removeIf(each -> each.key.equals(key));
    kept.add(new LiveObject(key, isDue, value));
  }

  /** Whether nothing was ever committed, under any name. */
  boolean isEmpty() {
    return inner.approximateNumEntries() == 0; // exact for a store in memory
  }

  /** Whether a live object was written since the task started, or before. */
  boolean isWritten() {
    return written;
  }

  @Override
  public void flushCache() {
    for (LiveObject each : kept) {
      if (each.isDue.getAsBoolean()) {
        writeNow(each.key, each.value.get());
      }
    }
  }

  private void writeNow(String key, byte[] bytes) {
    if (context == null) {
      write(key, bytes);
      return;
    }
    ProcessorRecordContext at = context.recordContext();
    context.setRecordContext(
        new ProcessorRecordContext(
            context.currentSystemTimeMs(), at.offset(), at.partition(), at.topic(), at.headers()));
    try {
      write(key, bytes);
    } finally {
      context.setRecordContext(at);
    }
  }

  private void write(String key, byte[] bytes) {
    int slot = 1 - slots.getOrDefault(key, 0);
    for (int at = 0; at < bytes.length; at += PIECE) {
      int end = Math.min(at + PIECE, bytes.length);
      inner.put(pieceKey(key, slot, at / PIECE), Arrays.copyOfRange(bytes, at, end));
    }
    written = true;
    inner.put(key, ByteBuffer.allocate(HEAD_BYTES).putInt(slot).putInt(bytes.length).array());
    slots.put(key, slot);
  }

  private static String pieceKey(String key, int slot, int piece) {
    return String.format(Locale.ROOT, "%s/%d/%d", key, slot, piece);
  }

  @Override
  public boolean setFlushListener(
      CacheFlushListener<byte[], byte[]> listener, boolean sendOldValues) {
    return false; // no store follows this one
  }

  @Override
  public void clearCache() {
    kept.clear();
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    this.context = context instanceof InternalProcessorContext<?, ?> internal ? internal : null;
    inner.init(context, root);
  }

  @Override
  public void close() {
    kept.clear();
    slots.clear();
    written = false;
    inner.close();
  }

  @Override
  public boolean persistent() {
    return inner.persistent();
  }

  @Override
  public boolean isOpen() {
    return inner.isOpen();
  }

  /** Builds the store of each task. */
  public static StoreBuilder<LiveStore> builder(String name) {
    // A live value adds one value a commit to its changelog: small segments and an eager cleaner
    // keep what a restore reads short.
    Map<String, String> changelog =
        Map.of("segment.bytes", "16777216", "min.cleanable.dirty.ratio", "0.05");
    return new Builder(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
            .withCachingDisabled()
            .withLoggingEnabled(changelog));
  }

  private record Builder(StoreBuilder<KeyValueStore<String, byte[]>> inner)
      implements StoreBuilder<LiveStore> {
    @Override
    public LiveStore build() {
      return new LiveStore(inner.build());
    }

    @Override
    public StoreBuilder<LiveStore> withCachingEnabled() {
      throw new UnsupportedOperationException("A live store is its own cache");
    }

    @Override
    public StoreBuilder<LiveStore> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<LiveStore> withLoggingEnabled(Map<String, String> config) {
      return new Builder(inner.withLoggingEnabled(config));
    }

    @Override
    public StoreBuilder<LiveStore> withLoggingDisabled() {
      throw new UnsupportedOperationException("A live store without its log would forget");
    }

    @Override
    public Map<String, String> logConfig() {
      return inner.logConfig();
    }

    @Override
    public boolean loggingEnabled() {
      return inner.loggingEnabled();
    }

    @Override
    public String name() {
      return inner.name();
    }
  }
}
