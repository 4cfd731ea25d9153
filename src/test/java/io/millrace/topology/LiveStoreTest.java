package io.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.codec.FormatException;
import io.millrace.testing.Golden;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiveStoreTest {
  private final InMemoryStore inner = new InMemoryStore("model");
  private final LiveStore store = new LiveStore(inner);
  private byte[] live = bytes(10, 1);
  private boolean changed;

  private void keep(LiveStore store, Supplier<byte[]> value) {
    changed = false;
    store.keep(
        "flights",
        () -> changed,
        () -> {
          changed = false;
          return value.get();
        });
  }

  @Test
  void shouldHaveNothingAtFirst() {
    assertThat(store.committed("flights")).isNull();
  }

  @Test
  void shouldWriteTheLiveObjectOnceACommitAndOnlyWhenItHasChanged() {
    AtomicInteger asked = new AtomicInteger();
    keep(
        store,
        () -> {
          asked.incrementAndGet();
          return live;
        });

    store.flushCache();
    assertThat(inner.takePuts()).isEmpty();

    changed = true;
    changed = true;
    store.flushCache();
    store.flushCache();
    assertThat(asked).hasValue(1);
    assertThat(inner.takePuts()).containsExactly("flights/1/0", "flights");
    assertThat(store.committed("flights")).isEqualTo(live);
  }

  @Test
  void shouldWriteToTheTwoSlotsInTurnAndTheHeadLast() {
    live = bytes(1_200_000, 1);
    keep(store, () -> live);

    commit();
    assertThat(inner.takePuts())
        .containsExactly("flights/1/0", "flights/1/1", "flights/1/2", "flights");
    commit();
    assertThat(inner.takePuts())
        .containsExactly("flights/0/0", "flights/0/1", "flights/0/2", "flights");
    commit();
    assertThat(inner.takePuts()).startsWith("flights/1/0");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "499999, 1",
    "500000, 1",
    "500001, 2",
    "1000000, 2",
    "1000001, 3",
    "8000000, 16"
  })
  void shouldCutAValueIntoPiecesBelowTheBrokersLimit(int size, int pieces) {
    live = bytes(size, 1);
    keep(store, () -> live);

    commit();

    assertThat(inner.takePuts()).hasSize(pieces + 1);
    for (int piece = 0; piece < pieces; piece++) {
      assertThat(inner.get("flights/1/" + piece)).hasSizeLessThanOrEqualTo(500_000);
    }
    assertThat(restart().committed("flights")).isEqualTo(live);
  }

  @Test
  void shouldReadAValueThatBecameShorterOrLonger() {
    keep(store, () -> live);
    int seed = 0;
    for (int size : new int[] {1_300_000, 10, 600_000, 0, 1_300_001, 500_000}) {
      live = bytes(size, seed++);
      commit();
      assertThat(restart().committed("flights")).isEqualTo(live);
    }
  }

  /**
   * A process without exactly-once ends somewhere in a write: the log has its first puts.
   *
   * <pre>
   *   put            1/0   1/1   1/2   head   |   0/0   0/1   0/2   head
   *   crash after                                 ^     ^     ^            : the first value
   *                                                                 ^      : the second
   * </pre>
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void shouldHaveTheValueBeforeOrAfterATornWrite(int puts) {
    byte[] first = bytes(1_200_000, 1);
    byte[] second = bytes(1_400_000, 2);
    keep(store, () -> live);
    live = first;
    commit();
    live = second;
    inner.crashAfter(puts);

    changed = true;
    if (puts < 4) {
      assertThatExceptionOfType(InMemoryStore.Crash.class).isThrownBy(store::flushCache);
    } else {
      store.flushCache();
    }

    assertThat(restart().committed("flights")).isEqualTo(puts < 4 ? first : second);
  }

  @Test
  void shouldGoOnAfterATornWriteWithoutTouchingTheSlotInUse() {
    keep(store, () -> live);
    commit();
    inner.crashAfter(1);
    changed = true;
    assertThatExceptionOfType(InMemoryStore.Crash.class).isThrownBy(store::flushCache);

    InMemoryStore restored = inner.restored();
    LiveStore restarted = new LiveStore(restored);
    assertThat(restarted.committed("flights")).isEqualTo(live);
    keep(restarted, () -> bytes(20, 7));
    changed = true;
    restarted.flushCache();

    assertThat(restored.takePuts()).containsExactly("flights/0/0", "flights");
    assertThat(new LiveStore(restored.restored()).committed("flights")).isEqualTo(bytes(20, 7));
  }

  @Test
  void shouldContinueTheTurnOfTheSlotsAfterARestart() {
    keep(store, () -> live);
    commit();
    InMemoryStore restored = inner.restored();
    LiveStore restarted = new LiveStore(restored);
    assertThat(restarted.committed("flights")).isEqualTo(live);
    keep(restarted, () -> live);
    restarted.flushCache();
    assertThat(restored.takePuts()).isEmpty();

    changed = true;
    restarted.flushCache();
    assertThat(restored.takePuts()).containsExactly("flights/0/0", "flights");
  }

  @Test
  void shouldSayWhichStateIsIncomplete() {
    live = bytes(600_000, 1);
    keep(store, () -> live);
    commit();
    inner.put("flights/1/1", new byte[99_999]);

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> store.committed("flights"))
        .withMessage("it is incomplete at byte 500000 of 600000");
  }

  /** The first bytes that were ever written; see {@link io.millrace.testing.Golden}. */
  @Test
  void shouldWriteAndReadTheGoldenHeadAndPieces() {
    live = Golden.bytes("task-state-1.hex");
    keep(store, () -> live);
    commit();
    assertThat(inner.get("flights")).isEqualTo(Golden.bytes("live-head-1.hex"));
    assertThat(inner.get("flights/1/0")).isEqualTo(live);

    InMemoryStore restored = new InMemoryStore("model");
    restored.put("flights", Golden.bytes("live-head-1.hex"));
    restored.put("flights/1/0", live);
    assertThat(new LiveStore(restored).committed("flights")).isEqualTo(live);
  }

  @ParameterizedTest
  @CsvSource({
    "'', its head has 0 bytes",
    "000000010000000a00, its head has 9 bytes",
    "000000020000000a, 'its head cannot be: slot 2, 10 bytes'",
    "ffffffff0000000a, 'its head cannot be: slot -1, 10 bytes'",
    "00000001ffffffff, 'its head cannot be: slot 1, -1 bytes'",
    "000000017fffffff, it is incomplete at byte 0 of 2147483647",
    "000000000000000a, it is incomplete at byte 0 of 10"
  })
  void shouldRefuseAHeadThatCannotBe(String head, String message) {
    keep(store, () -> live);
    commit();
    inner.put("flights", HexFormat.of().parseHex(head));

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> store.committed("flights"))
        .withMessageStartingWith(message);
  }

  @Test
  void shouldWriteSeveralLiveObjectsInTheirOrderEachWhenItIsDue() {
    String part = LiveStore.part("flights", "model");
    boolean[] isDue = {true};
    store.keep(part, () -> isDue[0], () -> bytes(600_000, 3));
    keep(store, () -> live);

    changed = true;
    store.flushCache();
    isDue[0] = false;
    changed = true;
    store.flushCache();

    assertThat(inner.takePuts())
        .containsExactly(
            part + "/1/0", part + "/1/1", part, "flights/1/0", "flights", "flights/0/0", "flights");
    assertThat(restart().committed(part)).isEqualTo(bytes(600_000, 3));
    assertThat(restart().committedBesides("flights")).isEmpty();
    assertThat(restart().committedBesides("trains")).containsExactly(live);
  }

  @Test
  void shouldKeepTheValuesOfTwoNamesApart() {
    keep(store, () -> live);
    commit();

    assertThat(store.committed("trains")).isNull();
  }

  /** A task that is closed dirty must not write what it did not commit. */
  @Test
  void shouldForgetTheLiveObjectWhenItIsClosedOrItsCacheCleared() {
    keep(store, () -> live);
    changed = true;
    store.clearCache();
    store.flushCache();
    assertThat(inner.takePuts()).isEmpty();

    changed = true;
    store.close();
    store.flushCache();
    assertThat(inner.takePuts()).isEmpty();
  }

  @Test
  void shouldBeLoggedAndInMemoryAndItsOwnCache() {
    StoreBuilder<LiveStore> builder = LiveStore.builder("model");

    assertThat(builder.name()).isEqualTo("model");
    assertThat(builder.loggingEnabled()).isTrue();
    assertThat(builder.logConfig())
        .containsEntry("segment.bytes", "16777216")
        .containsEntry("min.cleanable.dirty.ratio", "0.05");
    assertThat(builder.build().persistent()).isFalse();
    assertThat(builder.build().name()).isEqualTo("model");
    assertThat(builder.withCachingDisabled()).isSameAs(builder);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(builder::withCachingEnabled);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(builder::withLoggingDisabled);
  }

  private void commit() {
    changed = true;
    store.flushCache();
  }

  private LiveStore restart() {
    return new LiveStore(inner.restored());
  }

  private static byte[] bytes(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
