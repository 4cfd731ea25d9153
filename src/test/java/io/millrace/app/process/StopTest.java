package io.millrace.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StopTest {
  /** The exception of the interrupt asks at once whether a request caused it. */
  @Test
  void shouldBeRequestedBeforeItInterruptsTheCommand() throws InterruptedException {
    Stop stop = new Stop();
    AtomicReference<Boolean> wasRequested = new AtomicReference<>();
    AtomicReference<Boolean> hasCaused = new AtomicReference<>();
    CountDownLatch begun = new CountDownLatch(1);
    Thread command =
        new Thread(
            () -> {
              stop.interruptThisThread();
              begun.countDown();
              try {
                Thread.sleep(60_000);
              } catch (InterruptedException e) {
                hasCaused.set(stop.hasCaused(e));
              }
            }) {
          @Override
          public void interrupt() {
            wasRequested.set(stop.isRequested());
            super.interrupt();
          }
        };
    command.start();
    begun.await();

    stop.fail("a reason");
    command.join();

    assertThat(wasRequested.get()).isTrue();
    assertThat(hasCaused.get()).isTrue();
    assertThat(stop.failure()).isEqualTo("a reason");
  }
}
