package io.millrace.topology;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** What a live store keeps its pieces in; can break off in the middle of a write. */
final class InMemoryStore implements KeyValueStore<String, byte[]> {
  private final String name;
  private final Map<String, byte[]> entries;
  private final List<String> puts = new ArrayList<>();
  private int putsUntilCrash = Integer.MAX_VALUE;

  InMemoryStore(String name) {
    this(name, new TreeMap<>());
  }

  private InMemoryStore(String name, Map<String, byte[]> entries) {
    this.name = name;
    this.entries = entries;
  }

  /** What another instance restores from the changelog. */
  InMemoryStore restored() {
    return new InMemoryStore(name, new TreeMap<>(entries));
  }

  /** The process ends after that many more puts. */
  void crashAfter(int puts) {
    putsUntilCrash = puts;
  }

  /** The keys that were put since the last call, in their order. */
  List<String> takePuts() {
    List<String> taken = List.copyOf(puts);
    puts.clear();
    return taken;
  }

  static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public void put(String key, byte[] value) {
    if (putsUntilCrash-- == 0) {
      throw new Crash();
    }
    puts.add(key);
    entries.put(key, value.clone());
  }

  @Override
  public byte @Nullable [] get(String key) {
    return entries.get(key);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {}

  @Override
  public void close() {}

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public byte[] putIfAbsent(String key, byte[] value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void putAll(List<KeyValue<String, byte[]>> added) {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] delete(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public KeyValueIterator<String, byte[]> range(String from, String to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public KeyValueIterator<String, byte[]> all() {
    Iterator<Map.Entry<String, byte[]>> all = List.copyOf(entries.entrySet()).iterator();
    return new KeyValueIterator<>() {
      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public KeyValue<String, byte[]> next() {
        Map.Entry<String, byte[]> entry = all.next();
        return KeyValue.pair(entry.getKey(), entry.getValue());
      }

      @Override
      public String peekNextKey() {
        throw new UnsupportedOperationException();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public long approximateNumEntries() {
    return entries.size();
  }
}
