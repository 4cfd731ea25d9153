package io.millrace.learn;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The newest published snapshot of the model that fits the configuration, whichever instance trains
 * it. Thread-safe.
 */
public final class PublishedModel {
  private final AtomicReference<@Nullable Publication> newest = new AtomicReference<>();
  private final AtomicReference<@Nullable Publication> last = new AtomicReference<>();
  private final AtomicReference<@Nullable String> refusal = new AtomicReference<>();
  private final CountDownLatch first = new CountDownLatch(1);
  private volatile boolean atEnd;

  /** A snapshot and its bytes. */
  public static final class Publication {
    private final Snapshot snapshot;
    private final byte[] json;

    /**
     * A publication.
     *
     * @param snapshot never modified again
     * @param json the bytes of the record. Kept, and never modified.
     */
    public Publication(Snapshot snapshot, byte[] json) {
      this.snapshot = snapshot;
      this.json = json;
    }

    public Snapshot snapshot() {
      return snapshot;
    }

    /** The bytes, not a copy. Do not modify them. */
    public byte[] json() {
      return json;
    }
  }

  /** Empty before there is one. */
  public Optional<Publication> newest() {
    return Optional.ofNullable(newest.get());
  }

  /** The newest that was kept, also where it was deleted since; empty before there was one. */
  public Optional<Publication> last() {
    return Optional.ofNullable(last.get());
  }

  /** Keeps a snapshot that fits the configuration. */
  public void set(Publication publication) {
    last.set(publication);
    newest.set(publication);
    refusal.set(null);
    first.countDown();
  }

  /**
   * Sets why the newest snapshot on the topic cannot be used. The previous one stays, if there is
   * one.
   *
   * @param reason a sentence
   */
  public void refuse(String reason) {
    refusal.set(reason);
  }

  /** Why the newest snapshot on the topic cannot be used; empty if it can. */
  public Optional<String> refusal() {
    return Optional.ofNullable(refusal.get());
  }

  /** The topic was read to the end that it had at the start. */
  public void reachEnd() {
    atEnd = true;
  }

  /**
   * Whether the topic was read to the end that it had at the start. Before that, a later record can
   * replace or delete what was read.
   */
  public boolean isAtEnd() {
    return atEnd;
  }

  /** Waits for the first snapshot. */
  public void awaitFirst() throws InterruptedException {
    first.await();
  }

  /** Waits for the first snapshot, with a time limit. Returns whether there was one. */
  public boolean awaitFirst(Duration patience) throws InterruptedException {
    return first.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The snapshot was deleted from the topic. */
  public void clear() {
    newest.set(null);
    refusal.set(null);
  }
}
